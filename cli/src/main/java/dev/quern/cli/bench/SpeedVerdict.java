package dev.quern.cli.bench;

/**
 * How a build compares with an earlier one.
 *
 * @param ratio how many times as long as before it takes, by the medians over JVMs
 * @param tolerance the share that is noise: the spread over the JVMs of either build, at most 5 %
 * @param interleaved whether the earlier build was measured again beside this one; otherwise its saved figures stand for it
 * @param sameMachine whether the machine's peaks are then and now the same within 10 %
 */
public record SpeedVerdict(double ratio, double tolerance, boolean interleaved, boolean sameMachine) {
    private static final double MOST_TOLERANCE = 0.05;

    /** Compares the medians of JVMs. */
    static SpeedVerdict of(Sample now, Sample before, boolean interleaved, boolean sameMachine) {
        double tolerance = Math.min(MOST_TOLERANCE, Math.max(now.spread(), before.spread()));
        return new SpeedVerdict(now.median() / before.median(), tolerance, interleaved, sameMachine);
    }

    /** Whether it is slower, beyond the noise. */
    public boolean isSlower() {
        return ratio > 1 + tolerance;
    }

    /** In words. */
    public String words() {
        return !sameMachine ? "not comparable" : isSlower() ? "slower" : ratio < 1 - tolerance ? "faster" : "no slower";
    }
}
