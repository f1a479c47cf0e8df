package dev.quern.cli.bench;

import java.util.Arrays;

/** Numbers, sorted; at least one. */
public final class Sample {
    private final double[] sorted;

    private Sample(double[] sorted) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("a sample of nothing");
        }
        this.sorted = sorted;
    }

    /** The sample of these numbers, in any order. */
    public static Sample of(double... numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return new Sample(sorted);
    }

    /** Times in milliseconds, of nanoseconds. */
    static Sample ofNanoseconds(long... nanoseconds) {
        return of(Arrays.stream(nanoseconds).mapToDouble(nanos -> nanos / 1e6).toArray());
    }

    /**
     * The number below which lie {@code fraction} of the sample, on the straight line between its neighbours (the
     * seventh definition of Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996).
     */
    public double quantile(double fraction) {
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** The middle one, or the middle of the two. */
    public double median() {
        return quantile(0.5);
    }

    /** The distance of the least from the greatest, as a share of the median. */
    public double spread() {
        return (greatest() - least()) / median();
    }

    /** The least. */
    public double least() {
        return sorted[0];
    }

    /** The greatest. */
    public double greatest() {
        return sorted[sorted.length - 1];
    }

    /** How many there are. */
    public int size() {
        return sorted.length;
    }
}
