package dev.quern.passes;

import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Guard;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.verify.KernelVerifier;
import dev.quern.passes.lower.LoweredProgram;
import dev.quern.passes.memory.Part;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Schedules the kernels of a program, and decides how each constant is held: where, and packed for which kernel. */
final class Scheduling {
    /** From this size on, constants stay in native memory or in the mapped file. */
    private static final long LARGE_BYTES = 64 << 10;

    record Key(Kernel kernel, Set<String> constants) {}

    private final Target target;
    private final CompileOptions options;
    private final Map<String, Literal> literals;
    private final Map<String, Literal> memories = new HashMap<>();
    private final Map<Key, DefaultSchedules.Choice> choices;

    /** Symbols with the values that the guards give them. */
    private final Map<String, Dim> fixed = new HashMap<>();

    /** Whether the guards contradict each other: then nothing is run, and kernels need not be right. */
    private final boolean never;

    private final Map<String, ConstantData> constants = new LinkedHashMap<>();

    /**
     * @param literals the program's constants by name
     * @param parts values that lie in others
     * @param choices schedules already chosen, shared by the programs of a model
     * @param guards what holds wherever the program runs
     */
    Scheduling(
            Target target,
            CompileOptions options,
            Map<String, Literal> literals,
            List<Part> parts,
            Map<Key, DefaultSchedules.Choice> choices,
            List<Guard> guards) {
        this.target = target;
        this.options = options;
        this.literals = literals;
        this.choices = choices;
        for (Guard guard : guards) {
            if (guard.relation() == Guard.Relation.EQUAL) {
                fix(guard.left(), guard.right());
                fix(guard.right(), guard.left());
            }
        }
        this.never = guards.stream().anyMatch(this::fails);
        memories.putAll(literals);
        Map<String, Value> bases = new HashMap<>();
        parts.forEach(part -> bases.put(part.value().name(), part.base()));
        for (String part : bases.keySet()) {
            String at = part;
            while (bases.containsKey(at)) {
                at = bases.get(at).name();
            }
            if (literals.containsKey(at)) {
                memories.put(part, literals.get(at));
            }
        }
    }

    /** Whether no run meets {@code guard} beside the others. */
    private boolean fails(Guard guard) {
        Dim excess = guard.left().substitute(fixed).minus(guard.right().substitute(fixed));
        return excess.isConstant()
                && switch (guard.relation()) {
                    case EQUAL -> excess.constant() != 0;
                    case AT_LEAST -> excess.constant() < 0;
                };
    }

    private void fix(Dim symbol, Dim value) {
        if (value.isConstant() && symbol.symbols().size() == 1) {
            String name = symbol.symbols().iterator().next();
            if (symbol.equals(Dim.symbol(name))) {
                fixed.put(name, value);
            }
        }
    }

    /** An empty store of choices. */
    static Map<Key, DefaultSchedules.Choice> noChoices() {
        return new HashMap<>();
    }

    /** The constants asked for so far, by the names that arguments have. */
    Map<String, ConstantData> constants() {
        return constants;
    }

    /** Asks for a constant as it is. */
    void hold(String name) {
        Literal literal = literals.get(name);
        if (literal != null) {
            constants.putIfAbsent(name, new ConstantData(literal, Optional.empty(), storage(literal)));
        }
    }

    ProgramStep.RunKernel schedule(LoweredProgram.Apply apply) {
        Kernel kernel = stored(apply);
        DefaultSchedules.Choice choice = options.schedules()
                ? choices.computeIfAbsent(
                        new Key(kernel, constantParameters(apply)),
                        key -> realised(
                                DefaultSchedules.of(key.kernel(), key.constants(), target, options.deterministic())))
                : new DefaultSchedules.Choice(Schedule.NONE, kernel);
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < apply.arguments().size(); i++) {
            arguments.add(argument(
                    apply.arguments().get(i),
                    kernel.parameters().get(i),
                    choice.scheduled().parameters().get(i)));
        }
        return new ProgramStep.RunKernel(
                kernel,
                choice.schedule(),
                choice.scheduled(),
                arguments,
                apply.inPlace(),
                apply.work(),
                apply.origin());
    }

    /**
     * What is run: functions expanded, and packed constants, which are copies anyway, in arrays, where they are read faster and kernels on
     * them are compiled sooner.
     */
    private DefaultSchedules.Choice realised(DefaultSchedules.Choice choice) {
        Kernel scheduled = ExpandMath.expand(choice.scheduled());
        List<Buffer> parameters = scheduled.parameters().stream()
                .map(parameter -> parameter.layout().isRowMajor(parameter.shape())
                        ? parameter
                        : parameter.withStorage(Buffer.Storage.ARRAY))
                .toList();
        Kernel realised = scheduled.withParameters(parameters);
        assert isValid(realised);
        return new DefaultSchedules.Choice(choice.schedule(), realised);
    }

    private boolean isValid(Kernel kernel) {
        if (!never) {
            KernelVerifier.verify(kernel, fixed);
        }
        return true;
    }

    /** The kernel with large constants, and parts of such, in segments. */
    private Kernel stored(LoweredProgram.Apply apply) {
        List<Buffer> parameters = new ArrayList<>();
        for (int i = 0; i < apply.arguments().size(); i++) {
            Literal literal = memories.get(apply.arguments().get(i).name());
            Buffer parameter = apply.kernel().parameters().get(i);
            parameters.add(literal == null ? parameter : parameter.withStorage(storage(literal)));
        }
        return apply.kernel().withParameters(parameters);
    }

    private Set<String> constantParameters(LoweredProgram.Apply apply) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < apply.arguments().size(); i++) {
            if (literals.containsKey(apply.arguments().get(i).name())) {
                names.add(apply.kernel().parameters().get(i).name());
            }
        }
        return names;
    }

    private static Buffer.Storage storage(Literal literal) {
        Tensor tensor = literal.tensor();
        return tensor.dtype().byteSize(tensor.elements()) >= LARGE_BYTES
                ? Buffer.Storage.SEGMENT
                : Buffer.Storage.ARRAY;
    }

    private String argument(Value value, Buffer before, Buffer after) {
        Literal literal = literals.get(value.name());
        if (literal == null) {
            return value.name();
        }
        if (after.layout().equals(before.layout())) {
            hold(value.name());
            return value.name();
        }
        Layout layout = after.layout();
        String name = value.name() + " as " + layout.axes();
        constants.putIfAbsent(
                name, new ConstantData(literal, Optional.of(packing(before.shape(), layout)), after.storage()));
        return name;
    }

    private static ConstantData.Packing packing(Shape shape, Layout layout) {
        long[] extents =
                shape.asConstant().orElseThrow(() -> new IllegalStateException("constant of symbolic shape " + shape));
        List<Long> strides = shape.rowMajorStrides().stream()
                .map(stride -> stride.constant())
                .toList();
        return new ConstantData.Packing(Arrays.stream(extents).boxed().toList(), strides, 0, layout);
    }
}
