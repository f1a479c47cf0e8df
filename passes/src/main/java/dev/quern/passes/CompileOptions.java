package dev.quern.passes;

/**
 * How graphs are compiled.
 *
 * @param schedules whether kernels are scheduled for the target; without, they are the plain loops that say what is
 *     computed
 * @param checkpoint called between parts of the work; what it throws ends the compilation
 */
public record CompileOptions(boolean schedules, Runnable checkpoint) {
    private static final Runnable NOTHING = () -> {};

    /** Options without a checkpoint. */
    public CompileOptions(boolean schedules) {
        this(schedules, NOTHING);
    }

    /** The defaults: kernels are scheduled. */
    public static CompileOptions defaults() {
        return new CompileOptions(true);
    }

    /** The same with a checkpoint. */
    public CompileOptions with(Runnable other) {
        return new CompileOptions(schedules, other);
    }
}
