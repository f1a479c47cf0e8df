package dev.quern.passes;

import dev.quern.passes.schedule.TunedSchedules;

/**
 * How graphs are compiled.
 *
 * @param schedules whether kernels are scheduled for the target; without, they are the plain loops that say what is
 *     computed
 * @param deterministic whether the order of reductions follows from the kernel alone, not from the target
 * @param winograd whether large convolutions may be done by minimal filtering, which rounds more
 * @param attention whether attention may be one kernel
 * @param tuned what is known of kernels' schedules beside what their ranking says
 * @param checkpoint called between parts of the work; what it throws ends the compilation
 */
public record CompileOptions(
        boolean schedules,
        boolean deterministic,
        boolean winograd,
        boolean attention,
        TunedSchedules tuned,
        Runnable checkpoint) {
    private static final Runnable NOTHING = () -> {};

    /** Deterministic options without a checkpoint. */
    public CompileOptions(boolean schedules) {
        this(schedules, true, true, true, TunedSchedules.NONE, NOTHING);
    }

    /** The defaults: kernels are scheduled, reductions have one order on every target. */
    public static CompileOptions defaults() {
        return new CompileOptions(true);
    }

    /** The same with a checkpoint. */
    public CompileOptions with(Runnable other) {
        return new CompileOptions(schedules, deterministic, winograd, attention, tuned, other);
    }

    /** The same, deterministic or not. */
    public CompileOptions withDeterministic(boolean other) {
        return new CompileOptions(schedules, other, winograd, attention, tuned, checkpoint);
    }

    /** The same, with minimal filtering or not. */
    public CompileOptions withWinograd(boolean other) {
        return new CompileOptions(schedules, deterministic, other, attention, tuned, checkpoint);
    }

    /** The same, with attention in one kernel or not. */
    public CompileOptions withAttention(boolean other) {
        return new CompileOptions(schedules, deterministic, winograd, other, tuned, checkpoint);
    }

    /** The same, with what {@code other} knows. */
    public CompileOptions withTuned(TunedSchedules other) {
        return new CompileOptions(schedules, deterministic, winograd, attention, other, checkpoint);
    }
}
