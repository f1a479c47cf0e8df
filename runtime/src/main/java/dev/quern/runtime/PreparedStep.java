package dev.quern.runtime;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ProgramStep;
import java.util.List;

/** A step of a program with its values as numbers and its code compiled. */
sealed interface PreparedStep {
    /** The step as compiled. */
    ProgramStep step();

    /** The node or nodes it came from, for messages. */
    String origin();

    /**
     * Runs a kernel.
     *
     * @param usual the code of the form for all sizes
     * @param arguments numbers of the parameters' values
     * @param storages how each parameter is held
     * @param copies whether nothing is to do where operand and result lie in one place
     */
    record PreparedKernel(
            ProgramStep.RunKernel step, Executable usual, int[] arguments, Buffer.Storage[] storages, boolean copies)
            implements PreparedStep {
        @Override
        public String origin() {
            return step.origin();
        }
    }

    /** Evaluates a node. */
    record PreparedHost(ProgramStep.RunHost step, int[] inputs, int[] outputs) implements PreparedStep {
        @Override
        public String origin() {
            return step.node().origin();
        }
    }

    /** Runs bodies. */
    record PreparedControl(ProgramStep.RunControl step, int[] inputs, int[] outputs, List<PreparedProgram> bodies)
            implements PreparedStep {
        @Override
        public String origin() {
            return step.node().origin();
        }
    }

    /** Checks indices. */
    record PreparedCheck(ProgramStep.CheckIndices step, int value) implements PreparedStep {
        @Override
        public String origin() {
            return step.origin();
        }
    }
}
