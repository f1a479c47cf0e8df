package dev.quern.cli.bench;

/**
 * What the machine does at one moment, on as many threads as are measured with.
 *
 * @param gigaflops float32 multiply-adds from registers, in GFLOP/s (a multiply-add counts two)
 * @param gigabytesPerSecond summing an array far beyond the caches
 */
public record Peaks(double gigaflops, double gigabytesPerSecond) {
    /** By how much these differ from {@code other}: the greater of both shares. */
    double difference(Peaks other) {
        return Math.max(
                difference(gigaflops, other.gigaflops), difference(gigabytesPerSecond, other.gigabytesPerSecond));
    }

    private static double difference(double one, double other) {
        return Math.abs(one - other) / Math.max(one, other);
    }

    /** The share of {@code best} that these reach: the lesser of both. */
    double reach(Peaks best) {
        return Math.min(gigaflops / best.gigaflops, gigabytesPerSecond / best.gigabytesPerSecond);
    }

    /** The greater of each. */
    public Peaks best(Peaks other) {
        return new Peaks(Math.max(gigaflops, other.gigaflops), Math.max(gigabytesPerSecond, other.gigabytesPerSecond));
    }
}
