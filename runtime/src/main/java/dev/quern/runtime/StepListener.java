package dev.quern.runtime;

/** Told of what a run does. */
@FunctionalInterface
public interface StepListener {
    /** A step is done, bodies' steps before the one that runs them; called on the thread that runs the model. */
    void done(StepRun step);

    /** A part of a kernel is done, before the kernel is; called on the thread that did it, on several at once. */
    default void done(PartRun part) {}
}
