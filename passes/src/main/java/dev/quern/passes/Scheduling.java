package dev.quern.passes;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.verify.KernelVerifier;
import dev.quern.passes.lower.LoweredProgram;
import dev.quern.passes.memory.Part;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Schedules the kernels of a program, and decides where each constant is held. */
final class Scheduling {
    /** From this size on, constants stay in native memory or in the mapped file. */
    private static final long LARGE_BYTES = 64 << 10;

    record Key(Kernel kernel, Set<String> constants) {}

    private final Target target;
    private final CompileOptions options;
    private final Map<String, Literal> literals;
    private final Map<String, Literal> memories = new HashMap<>();
    private final Map<Key, KernelForms> choices;

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
            Map<Key, KernelForms> choices,
            List<ShapeGuard> guards) {
        this.target = target;
        this.options = options;
        this.literals = literals;
        this.choices = choices;
        for (ShapeGuard guard : guards) {
            if (guard.relation() == ShapeGuard.Relation.EQUAL) {
                fix(guard.left().minus(guard.right()));
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
    private boolean fails(ShapeGuard guard) {
        Dim excess = guard.left().substitute(fixed).minus(guard.right().substitute(fixed));
        return excess.isConstant()
                && switch (guard.relation()) {
                    case EQUAL -> excess.constant() != 0;
                    case AT_LEAST -> excess.constant() < 0;
                };
    }

    /** Notes the only value of a symbol for which {@code difference}, in which it stands alone and once, is 0. */
    private void fix(Dim difference) {
        if (difference.symbols().size() != 1) {
            return;
        }
        String name = difference.symbols().iterator().next();
        Optional<Dim> factor = difference.coefficient(name).filter(Dim::isConstant);
        if (factor.isEmpty() || factor.get().is(0)) {
            return;
        }
        Dim rest = difference.minus(Dim.symbol(name).times(factor.get()));
        if (rest.isConstant() && rest.constant() % factor.get().constant() == 0) {
            fixed.put(name, Dim.of(-rest.constant() / factor.get().constant()));
        }
    }

    /** An empty store of choices. */
    static Map<Key, KernelForms> noChoices() {
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
        KernelForms forms = options.schedules()
                ? choices.computeIfAbsent(
                        new Key(kernel, constantParameters(apply)),
                        key -> DefaultSchedules.of(
                                key.kernel(), key.constants(), target, options.deterministic(), options.tuned()))
                : KernelForms.of(kernel, List.of(Schedule.NONE), target);
        assert forms.forms().stream().allMatch(form -> isValid(form.scheduled()));
        List<String> arguments = new ArrayList<>();
        for (Value argument : apply.arguments()) {
            hold(argument.name());
            arguments.add(argument.name());
        }
        return new ProgramStep.RunKernel(kernel, forms, arguments, apply.inPlace(), apply.work(), apply.origin());
    }

    /** As scheduled, and as back ends take it. */
    private boolean isValid(Kernel kernel) {
        if (!never) {
            KernelVerifier.verify(kernel, fixed);
            KernelVerifier.verify(ExpandMath.expand(kernel), fixed);
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
        return literal.dtype().byteSize(literal.elements()) >= LARGE_BYTES
                ? Buffer.Storage.SEGMENT
                : Buffer.Storage.ARRAY;
    }
}
