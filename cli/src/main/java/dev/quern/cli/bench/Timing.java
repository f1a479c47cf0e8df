package dev.quern.cli.bench;

/**
 * What one JVM of a contender took, in milliseconds.
 *
 * @param contender its name
 * @param median the median of its timed runs
 * @param low a tenth of them were shorter
 * @param high a tenth of them were longer
 * @param runs how many there were
 */
public record Timing(String contender, double median, double low, double high, int runs) {
    static Timing of(String contender, Sample sample) {
        return new Timing(contender, sample.median(), sample.quantile(0.1), sample.quantile(0.9), sample.size());
    }
}
