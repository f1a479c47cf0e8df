package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.backend.GiveBack;
import dev.quern.passes.program.Program;
import java.util.List;
import java.util.Map;

/** A model compiled for one choice of the inputs that are given: the program for any sizes, and those for exact ones. */
final class ProgramVariant implements AutoCloseable {
    private final SharedProgram general;
    private final Specialisations specialisations;

    /** With a way to make programs for known sizes. */
    ProgramVariant(PreparedProgram general, Specialisations.Compile specialise) {
        this.general = new SharedProgram(general);
        this.specialisations = new Specialisations(specialise);
    }

    PreparedProgram general() {
        return general.now();
    }

    Program program() {
        return general().program();
    }

    /** Has runs that begin from now on use {@code other} where inputs may have any sizes. Called by one thread. */
    void replace(PreparedProgram other) {
        general.replace(other);
    }

    /** Shows {@code seen} the programs for exact sizes that there are. */
    void eachSized(Specialisations.SizedVisitor seen) {
        specialisations.each(seen);
    }

    /** Runs it on the tensors that its inputs are called. */
    List<Tensor> run(Map<String, Tensor> inputs, RunContext context) {
        try (SharedProgram.ProgramUse used = general.use()) {
            PreparedProgram program = used.program();
            List<Tensor> ordered = Signature.order(program.program().inputs(), inputs);
            try {
                return ProgramRun.sized(program, ordered, null, context);
            } catch (UnmetGuard unmet) {
                return specialisations.run(program, ordered, unmet, context);
            }
        }
    }

    /** Frees what was compiled, as soon as no run uses it; no run may use the general program. */
    @Override
    public void close() {
        GiveBack.all(specialisations::close, general::close);
    }
}
