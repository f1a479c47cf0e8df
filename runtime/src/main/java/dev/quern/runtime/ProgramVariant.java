package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.backend.GiveBack;
import dev.quern.passes.program.Program;
import java.util.List;
import java.util.Map;

/** A model compiled for one choice of the inputs that are given: the program for any sizes, and those for exact ones. */
final class ProgramVariant implements AutoCloseable {
    private final PreparedProgram general;
    private final Specialisations specialisations;

    /** With a way to make programs for known sizes. */
    ProgramVariant(PreparedProgram general, Specialisations.Compile specialise) {
        this.general = general;
        this.specialisations = new Specialisations(specialise);
    }

    PreparedProgram general() {
        return general;
    }

    Program program() {
        return general.program();
    }

    /** Shows {@code seen} the programs for exact sizes that there are. */
    void eachSized(Specialisations.SizedVisitor seen) {
        specialisations.each(seen);
    }

    /** Runs it on the tensors that its inputs are called. */
    List<Tensor> run(Map<String, Tensor> inputs, RunContext context) {
        List<Tensor> ordered = Signature.order(program().inputs(), inputs);
        try {
            return ProgramRun.sized(general, ordered, null, context);
        } catch (UnmetGuard unmet) {
            return specialisations.run(general, ordered, unmet, context);
        }
    }

    /** Frees what was compiled, as soon as no run uses it; no run may use the general program. */
    @Override
    public void close() {
        GiveBack.all(specialisations::close, general::close);
    }
}
