package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.passes.program.Program;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A model compiled for one choice of the inputs that are given: the program for any sizes, and those for exact ones. */
final class ProgramVariant {
    private final PreparedProgram general;
    private final Specialisations specialisations;

    /** With a way to make the program for exact shapes. */
    ProgramVariant(PreparedProgram general, Function<List<long[]>, PreparedProgram> specialise) {
        this.general = general;
        this.specialisations = new Specialisations(specialise);
    }

    PreparedProgram general() {
        return general;
    }

    Program program() {
        return general.program();
    }

    /** Runs it on the tensors that its inputs are called. */
    List<Tensor> run(Map<String, Tensor> inputs, RunContext context) {
        List<Tensor> ordered = Signature.order(program().inputs(), inputs);
        BoundPlan plan = general.bind(ordered, null, context);
        if (plan.failedGuard().isEmpty()) {
            return ProgramRun.execute(general, plan, ordered, context);
        }
        PreparedProgram special = specialisations.forShapes(
                program().name(), ordered, plan.failedGuard().get());
        return ProgramRun.body(special, ordered, null, context);
    }

    void clear() {
        specialisations.clear();
        general.arenaPool().clear();
    }
}
