package dev.quern.ir.interpret;

/** Functions of real numbers that {@link StrictMath} lacks, to about the last bit of a {@code double}. */
final class SpecialFunctions {
    private static final double LN_2 = StrictMath.log(2);

    /** From here {@code asinh(x)} is {@code log(2x)} in a double. */
    private static final double ASINH_LOGARITHM = 0x1p30;

    /** To here the series of the error function does not cancel. */
    private static final double ERF_SERIES = 1;

    /** From here the error function is 1 in a double. */
    private static final double ERF_LIMIT = 6;

    /** Distance of the points of the trapezoidal rule; it leaves out {@code exp(-(pi/h)^2)} of the result. */
    private static final double POINTS = 0.5;

    private static final int POINT_COUNT = 13;

    private SpecialFunctions() {}

    /** {@code 1 / (1 + exp(-x))}, from the exponential that does not overflow. */
    static double sigmoid(double x) {
        double small = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? small : 1) / (1 + small);
    }

    /** Newton's step for {@code sinh(y) = x} from its logarithm. */
    static double asinh(double x) {
        double size = Math.abs(x);
        if (!(size < ASINH_LOGARITHM)) {
            return Math.copySign(StrictMath.log(size) + LN_2, x);
        }
        double near = StrictMath.log(size + Math.sqrt(size * size + 1));
        double value = near - (StrictMath.sinh(near) - size) / StrictMath.cosh(near);
        return Math.copySign(value, x);
    }

    /** {@code 2 asinh(sqrt((x - 1) / 2))}. */
    static double acosh(double x) {
        return 2 * asinh(Math.sqrt((x - 1) / 2));
    }

    /** {@code asinh(x / sqrt(1 - x^2))}. */
    static double atanh(double x) {
        return asinh(x / Math.sqrt((1 - x) * (1 + x)));
    }

    /** The error function: Maclaurin's series near zero, farther out one minus its complement. */
    static double erf(double x) {
        double size = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        if (size >= ERF_LIMIT) {
            return Math.copySign(1, x);
        }
        return Math.copySign(size < ERF_SERIES ? series(size) : 1 - complement(size), x);
    }

    /** {@code 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1))} (Abramowitz and Stegun 7.1.5). */
    private static double series(double x) {
        double power = x;
        double sum = 0;
        for (int n = 0; Math.abs(power) > x * 0x1p-60; n++) {
            sum += power / (2 * n + 1);
            power *= -x * x / (n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /**
     * The complement from {@code 2x exp(-x^2)/pi * integral of exp(-t^2)/(t^2 + x^2) over t from 0} by the trapezoidal rule, less what the
     * pole at {@code ix} adds to it (Chiarella and Reichel, 1968).
     */
    private static double complement(double x) {
        double sum = 1 / (2 * x * x);
        for (int n = 1; n <= POINT_COUNT; n++) {
            double t = n * POINTS;
            sum += StrictMath.exp(-t * t) / (t * t + x * x);
        }
        double pole = 2 / StrictMath.expm1(2 * Math.PI * x / POINTS);
        return 2 * POINTS * x * StrictMath.exp(-x * x) / Math.PI * sum - pole;
    }
}
