package dev.quern.ir.interpret.kernel;

/**
 * Functions of real numbers that {@link StrictMath} lacks or defines otherwise, to about the last bit of a {@code double}; the same
 * bits in every JVM.
 */
final class KernelReals {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
    private static final double LN_2 = StrictMath.log(2);

    /** From here the error function is computed from its complement. */
    private static final double ERF_SPLIT = 2.5;

    /** From here the error function is 1 in a double. */
    private static final double ERF_LIMIT = 6;

    private KernelReals() {}

    /** {@code 1 / (1 + exp(-x))}. */
    static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /** The inverse hyperbolic sine. */
    static double asinh(double x) {
        double size = Math.abs(x);
        double value = size > 1e150
                ? StrictMath.log(size) + LN_2
                : StrictMath.log1p(size + size * size / (1 + Math.sqrt(size * size + 1)));
        return Math.copySign(value, x);
    }

    /** The inverse hyperbolic cosine. */
    static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        double above = x - 1;
        return x > 1e150 ? StrictMath.log(x) + LN_2 : StrictMath.log1p(above + Math.sqrt(above * (x + 1)));
    }

    /** The inverse hyperbolic tangent. */
    static double atanh(double x) {
        double size = Math.abs(x);
        return Math.copySign(0.5 * StrictMath.log1p(2 * size / (1 - size)), x);
    }

    /** The remainder with the sign of the divisor. */
    static double floorMod(double dividend, double divisor) {
        double rest = dividend % divisor;
        if (rest == 0) {
            return Math.copySign(0, divisor);
        }
        return (rest < 0) != (divisor < 0) ? rest + divisor : rest;
    }

    /** As IEEE 754 has it: 1 to any power, and minus one to an infinite one, is 1. */
    static double pow(double base, double exponent) {
        if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
            return 1;
        }
        return StrictMath.pow(base, exponent);
    }

    /**
     * The error function: near zero {@code 2/sqrt(pi) * exp(-x*x) * sum of 2^n x^(2n+1) / (2n+1)!!}, whose terms do not cancel;
     * farther out one minus the continued fraction of the complement (Abramowitz and Stegun 7.1.6 and 7.1.14).
     */
    static double erf(double x) {
        double size = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        if (size >= ERF_LIMIT) {
            return Math.copySign(1, x);
        }
        return Math.copySign(size < ERF_SPLIT ? erfSeries(size) : 1 - erfcFraction(size), x);
    }

    private static double erfSeries(double x) {
        double twice = 2 * x * x;
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 0x1p-56; n++) {
            term *= twice / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_ROOT_PI * StrictMath.exp(-x * x) * sum;
    }

    private static double erfcFraction(double x) {
        double fraction = x;
        for (int k = 60; k >= 1; k--) {
            fraction = x + k / 2.0 / fraction;
        }
        return StrictMath.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
    }
}
