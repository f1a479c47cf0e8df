package dev.quern.passes;

/**
 * How graphs are compiled.
 *
 * @param schedules whether kernels are scheduled for the target; without, they are the plain loops that say what is
 *     computed
 * @param deterministic whether the order of reductions follows from the kernel alone, not from the target
 * @param checkpoint called between parts of the work; what it throws ends the compilation
 */
public record CompileOptions(boolean schedules, boolean deterministic, Runnable checkpoint) {
    private static final Runnable NOTHING = () -> {};

    /** Deterministic options without a checkpoint. */
    public CompileOptions(boolean schedules) {
        this(schedules, true, NOTHING);
    }

    /** The defaults: kernels are scheduled, reductions have one order on every target. */
    public static CompileOptions defaults() {
        return new CompileOptions(true);
    }

    /** The same with a checkpoint. */
    public CompileOptions with(Runnable other) {
        return new CompileOptions(schedules, deterministic, other);
    }

    /** The same, deterministic or not. */
    public CompileOptions withDeterministic(boolean other) {
        return new CompileOptions(schedules, other, checkpoint);
    }
}
