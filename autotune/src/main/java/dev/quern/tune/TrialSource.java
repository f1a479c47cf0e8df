package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;

/** Compiles candidates. */
@FunctionalInterface
public interface TrialSource {
    /**
     * The kernel as {@code candidate} has it run; called by a thread of its own while others are timed.
     *
     * @throws dev.quern.ir.schedule.ScheduleRefusal if the kernel cannot be scheduled so
     * @throws dev.quern.ModelException if the back end does not lower what comes of it
     */
    KernelTrial open(Candidate candidate);

    /** Whether more candidates can be tried; false once one has left the device of no more use. */
    default boolean isUsable() {
        return true;
    }
}
