package dev.quern.ir.schedule;

import java.util.Optional;

/**
 * A step cannot be applied to a kernel: it would change the kernel's meaning, or names what is not there. The message
 * gives the step and the reason with names and numbers, such as
 * {@code split m 12 exact: 12 does not divide extent 128*b}. No fault of a model: whoever wrote or searched the schedule
 * chooses another.
 */
public final class ScheduleRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Step step;

    ScheduleRefusal(Step step, String reason) {
        super(StepText.of(step) + ": " + reason);
        this.step = step;
    }

    /** Of the schedule as a whole. */
    ScheduleRefusal(String reason) {
        super("schedule: " + reason);
        this.step = null;
    }

    /** The step that was refused; empty if it is the schedule's condition. */
    public Optional<Step> step() {
        return Optional.ofNullable(step);
    }
}
