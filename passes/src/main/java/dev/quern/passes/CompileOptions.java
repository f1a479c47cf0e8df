package dev.quern.passes;

/**
 * How graphs are compiled.
 *
 * @param schedules whether kernels are scheduled for the target; without, they are the plain loops that say what is
 *     computed
 */
public record CompileOptions(boolean schedules) {
    /** The defaults: kernels are scheduled. */
    public static CompileOptions defaults() {
        return new CompileOptions(true);
    }
}
