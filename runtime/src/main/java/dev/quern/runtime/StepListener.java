package dev.quern.runtime;

import dev.quern.passes.program.ProgramStep;

/** Told of each step that a run has done, bodies' steps included; called on the thread that runs the model. */
@FunctionalInterface
public interface StepListener {
    /**
     * One step is done.
     *
     * @param index its position in its program
     * @param step what was done
     * @param nanoseconds how long it took
     */
    void done(int index, ProgramStep step, long nanoseconds);
}
