package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.MemoryPlanVerifier;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A program with the sizes of its inputs known: every offset, extent and split that follows from them. Immutable; runs of
 * the same shapes share it. Where a size depends on computed values, the plan holds {@link #UNKNOWN} and the run asks
 * again.
 */
final class BoundPlan {
    static final long UNKNOWN = -1;

    private final PreparedProgram program;
    private final SymbolValues symbols;
    private final int threads;
    private final Optional<ShapeGuard> failedGuard;
    private final List<ShapeGuard> openGuards = new ArrayList<>();
    private final Map<DType, Long> arenas = new EnumMap<>(DType.class);
    private final long[] elements;
    private final long[] starts;
    private final BoundKernel[] kernels;
    private final PoisonPlan poison;
    private long arenaBytes;

    BoundPlan(PreparedProgram program, SymbolValues symbols, int threads, boolean poison) {
        this.program = program;
        this.symbols = symbols;
        this.threads = threads;
        this.elements = new long[program.values().size()];
        this.starts = new long[program.values().size()];
        this.kernels = new BoundKernel[program.steps().size()];
        this.failedGuard = checkGuards();
        if (failedGuard.isEmpty()) {
            bindValues();
            bindArenas();
            for (int step = 0; step < kernels.length; step++) {
                kernels[step] = program.steps().get(step) instanceof PreparedStep.PreparedKernel kernel
                                && knowsAll(kernel.step())
                        ? bind(kernel, symbols)
                        : null;
            }
            assert keepsMemoryApart();
        }
        this.poison = poison && failedGuard.isEmpty() ? new PoisonPlan(program, this) : null;
    }

    private boolean keepsMemoryApart() {
        MemoryPlanVerifier.verify(program.program(), symbols.known());
        return true;
    }

    private Optional<ShapeGuard> checkGuards() {
        for (ShapeGuard guard : program.program().guards()) {
            if (!symbols.knowsAll(guard.left()) || !symbols.knowsAll(guard.right())) {
                openGuards.add(guard);
            } else if (!GuardCheck.holds(guard, symbols)) {
                return Optional.of(guard);
            }
        }
        return Optional.empty();
    }

    private void bindValues() {
        for (int i = 0; i < elements.length; i++) {
            elements[i] = size(i, symbols);
            PreparedValue value = program.values().get(i);
            PreparedValue root = program.values().get(value.root());
            Dim start =
                    root.place() instanceof MemoryPlan.Slot(Dim offset) ? offset.plus(value.delta()) : value.delta();
            starts[i] = evaluate(value.name(), start, symbols).orElse(UNKNOWN);
        }
    }

    /** Elements of value {@code number}, the padding that kernels write included; {@link #UNKNOWN} if not known yet. */
    long size(int number, SymbolValues known) {
        PreparedValue value = program.values().get(number);
        long size = UNKNOWN;
        if (value.elements() != null) {
            OptionalLong own = evaluate(value.name(), value.elements(), known);
            if (own.isEmpty()) {
                return UNKNOWN;
            }
            size = own.getAsLong();
            if (size < 0) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        valueName(value.name()),
                        "its size " + value.elements() + " is " + size + " for " + known + "; give larger inputs");
            }
        }
        boolean isNothing = size == 0;
        for (Dim span : value.spans()) {
            OptionalLong reach = evaluate(value.name(), span, known);
            if (reach.isEmpty()) {
                return UNKNOWN;
            }
            // A span with an extent of 0 comes out as less than nothing.
            size = isNothing ? 0 : Math.max(Math.max(size, 0), reach.getAsLong());
        }
        if (size > ArrayKind.MOST_ELEMENTS && !(value.place() instanceof MemoryPlan.ConstantPlace)) {
            throw ArrayKind.tooLong(valueName(value.name()), value.dtype(), size);
        }
        return size;
    }

    private String valueName(String name) {
        return "value '" + name + "' of " + program.program().name();
    }

    private OptionalLong evaluate(String name, Dim dim, SymbolValues known) {
        try {
            return known.evaluate(dim);
        } catch (ArithmeticException overflow) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    valueName(name),
                    dim + " is beyond 64 bits for " + known + "; give smaller inputs",
                    overflow);
        }
    }

    private void bindArenas() {
        program.arenas().forEach((dtype, dim) -> {
            String owner = "working memory of " + program.program().name();
            long size = evaluate(owner, dim, symbols)
                    .orElseThrow(() -> new IllegalStateException(
                            "the size " + dim + " of an arena depends on more than the inputs"));
            if (size > ArrayKind.MOST_ELEMENTS) {
                throw ArrayKind.tooLong(owner, dtype, size);
            }
            arenas.put(dtype, size);
            arenaBytes += dtype.byteSize(size);
        });
        for (int i = 0; i < elements.length; i++) {
            PreparedValue value = program.values().get(i);
            boolean slot = program.values().get(value.root()).place() instanceof MemoryPlan.Slot;
            if (slot && elements[i] > 0 && starts[i] + elements[i] > arenas.get(value.dtype())) {
                throw new IllegalStateException("value '" + value.name() + "' ends at " + (starts[i] + elements[i])
                        + " in an arena of " + arenas.get(value.dtype()) + " elements");
            }
        }
    }

    private boolean knowsAll(ProgramStep.RunKernel step) {
        return step.scheduled().symbols().stream().allMatch(symbols::knows);
    }

    /** How {@code kernel} is run, its symbols being known. */
    BoundKernel bind(PreparedStep.PreparedKernel kernel, SymbolValues known) {
        long[] arguments = kernel.step().scheduled().symbols().stream()
                .mapToLong(known::get)
                .toArray();
        Executable executable = executable(kernel, known);
        long extent = switch (executable) {
            case HostExecutable host -> host.parallelExtent(arguments);
            case DeviceExecutable device -> 1;
        };
        long work = evaluate(kernel.origin(), kernel.step().work(), known).orElse(0);
        if (work > Limits.KERNEL_WORK) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    kernel.origin(),
                    "needs " + work + " operations for " + known + ", expected at most " + Limits.KERNEL_WORK
                            + "; give smaller inputs");
        }
        return BoundKernel.split(executable, arguments, extent, work, threads);
    }

    /** The code of the form that these sizes choose. */
    private Executable executable(PreparedStep.PreparedKernel kernel, SymbolValues known) {
        KernelForms forms = kernel.step().forms();
        int chosen = forms.chosen(condition -> evaluate(kernel.origin(), condition, known)
                .orElseThrow(() -> new IllegalStateException(
                        "the condition " + condition + " of a form depends on more than its symbols")));
        return program.executable(kernel, forms.forms().get(chosen));
    }

    /** What the sizes of the inputs determine. */
    SymbolValues symbols() {
        return symbols;
    }

    /** The first assumption that does not hold of these sizes; the plan must then not be run. */
    Optional<ShapeGuard> failedGuard() {
        return failedGuard;
    }

    /** Assumptions about sizes that are found out during the run. */
    List<ShapeGuard> openGuards() {
        return openGuards;
    }

    /** Elements of each arena. */
    Map<DType, Long> arenas() {
        return arenas;
    }

    /** Bytes of all arenas. */
    long arenaBytes() {
        return arenaBytes;
    }

    /** Elements of a value, or {@link #UNKNOWN}. */
    long elements(int value) {
        return elements[value];
    }

    /** Where a value starts in its arena, or in its root's memory, in elements; or {@link #UNKNOWN}. */
    long start(int value) {
        return starts[value];
    }

    /** The split of step {@code index}, or null if not known yet or no kernel. */
    BoundKernel kernel(int index) {
        return kernels[index];
    }

    /** What to overwrite after each step; null if nothing. */
    PoisonPlan poison() {
        return poison;
    }
}
