package dev.quern.acceptance.judge;

/**
 * Between which numbers a result lies; anything, NaN too, where an end is NaN.
 *
 * @param low the least
 * @param high the greatest
 */
record Interval(double low, double high) {
    static final Interval ANYTHING = new Interval(Double.NaN, Double.NaN);

    static Interval of(double value) {
        return new Interval(value, value);
    }

    Interval plus(Interval other) {
        boolean cancels = low == Double.NEGATIVE_INFINITY && other.high == Double.POSITIVE_INFINITY
                || high == Double.POSITIVE_INFINITY && other.low == Double.NEGATIVE_INFINITY;
        return cancels ? ANYTHING : of(low + other.low, high + other.high);
    }

    Interval times(Interval other) {
        if (low <= 0 && high >= 0 && Double.isInfinite(other.size())
                || other.low <= 0 && other.high >= 0 && Double.isInfinite(size())) {
            return ANYTHING;
        }
        double a = low * other.low;
        double b = low * other.high;
        double c = high * other.low;
        double d = high * other.high;
        return of(Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
    }

    /** One less this. */
    Interval complement() {
        return of(1 - high, 1 - low);
    }

    /** By up to {@code by} more at either end. */
    Interval widened(double by) {
        return of(low - by, high + by);
    }

    /** The greatest magnitude. */
    double size() {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    boolean contains(double value) {
        return Double.isNaN(low) || low <= value && value <= high;
    }

    Interval sigmoid(double wrong) {
        return of(1 / (1 + Math.exp(-low)), 1 / (1 + Math.exp(-high))).widened(wrong);
    }

    Interval tanh(double wrong) {
        return of(Math.tanh(low), Math.tanh(high)).widened(wrong);
    }

    private static Interval of(double low, double high) {
        return Double.isNaN(low) || Double.isNaN(high) ? ANYTHING : new Interval(low, high);
    }
}
