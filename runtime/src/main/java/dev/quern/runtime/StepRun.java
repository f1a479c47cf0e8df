package dev.quern.runtime;

import dev.quern.passes.program.ProgramStep;
import java.util.Optional;

/**
 * A step that a run has done.
 *
 * @param index its position in its program
 * @param step what was done
 * @param begin when it began, in nanoseconds of {@link System#nanoTime}
 * @param nanoseconds how long it took
 * @param kernel how a kernel was run; empty for other steps, and for copies that had nothing to do
 */
public record StepRun(int index, ProgramStep step, long begin, long nanoseconds, Optional<KernelRun> kernel) {}
