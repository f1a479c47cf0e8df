package dev.quern.runtime;

import dev.quern.Tensor;
import java.util.List;

/** Runs bodies whose programs do not take what they are given. */
interface Fitting {
    /**
     * What a program compiled for these inputs gives.
     *
     * @param body the body's program
     * @param inputs what it was given
     * @param outer the program around it
     * @param unmet the guard that does not hold
     * @throws UnmetGuard if there is no such program either
     */
    List<Tensor> run(PreparedProgram body, List<Tensor> inputs, Enclosing outer, UnmetGuard unmet);
}
