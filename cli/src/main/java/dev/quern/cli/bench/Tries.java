package dev.quern.cli.bench;

/**
 * A measurement and how often it was tried.
 *
 * @param result what was measured: the first that counts, or else the least disturbed
 * @param tries measurements made until then
 */
public record Tries<R extends Round>(R result, int tries) {
    /** Measures once. */
    @FunctionalInterface
    interface Attempt<R> {
        R measure() throws BenchFailure;
    }

    /** Tries at most {@code most} times. */
    static <R extends Round> Tries<R> atMost(int most, Attempt<R> attempt) throws BenchFailure {
        R least = null;
        for (int tries = 1; ; tries++) {
            R result = attempt.measure();
            MachineCondition condition = result.condition();
            if (least == null || condition.disturbance() < least.condition().disturbance()) {
                least = result;
            }
            if (condition.isQuiet()) {
                return new Tries<>(result, tries);
            }
            if (tries >= most) {
                return new Tries<>(least, tries);
            }
        }
    }
}
