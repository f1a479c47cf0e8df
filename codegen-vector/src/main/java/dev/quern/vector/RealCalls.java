package dev.quern.vector;

/**
 * Functions of real numbers that generated code calls where {@link StrictMath} lacks them or defines them otherwise, to about the last
 * bit of a {@code double}; the same bits in every JVM. The formulas are those of fdlibm.
 */
final class RealCalls {
    private static final double LN_2 = 0x1.62e42fefa39efp-1;

    /** From here {@code x*x + 1} is {@code x*x} in a double. */
    private static final double LARGE = 0x1p28;

    private RealCalls() {}

    /** {@code 1 / (1 + exp(-x))}, below zero {@code exp(x) / (exp(x) + 1)}, whose exponential does not overflow. */
    static double sigmoid(double x) {
        if (x < 0) {
            double exponential = StrictMath.exp(x);
            return exponential / (exponential + 1);
        }
        return 1 / (1 + StrictMath.exp(-x));
    }

    static double asinh(double x) {
        double size = Math.abs(x);
        double square = size * size;
        double value = size > LARGE
                ? StrictMath.log(size) + LN_2
                : size > 2
                        ? StrictMath.log(2 * size + 1 / (Math.sqrt(square + 1) + size))
                        : StrictMath.log1p(size + square / (1 + Math.sqrt(1 + square)));
        return Math.copySign(value, x);
    }

    static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        if (x > LARGE) {
            return StrictMath.log(x) + LN_2;
        }
        double above = x - 1;
        return x > 2
                ? StrictMath.log(2 * x - 1 / (x + Math.sqrt(x * x - 1)))
                : StrictMath.log1p(above + Math.sqrt(2 * above + above * above));
    }

    static double atanh(double x) {
        double size = Math.abs(x);
        double twice = 2 * size;
        double inner = size < 0.5 ? twice + twice * size / (1 - size) : twice / (1 - size);
        return Math.copySign(StrictMath.log1p(inner) / 2, x);
    }

    /** The remainder with the sign of the divisor. */
    static double floorMod(double dividend, double divisor) {
        double rest = dividend % divisor;
        boolean otherSide = rest != 0 && rest > 0 != divisor > 0;
        return rest == 0 ? Math.copySign(rest, divisor) : otherSide && rest == rest ? rest + divisor : rest;
    }

    /** As IEEE 754 has it: 1 to any power, and minus one to an infinite one, is 1. */
    static double pow(double base, double exponent) {
        return base == 1 || Math.abs(base) == 1 && Double.isInfinite(exponent) ? 1 : StrictMath.pow(base, exponent);
    }

    private static final double[] NEAR_ZERO = {
        1.28379167095512558561e-01,
        -3.25042107247001499370e-01,
        -2.84817495755985104766e-02,
        -5.77027029648944159157e-03,
        -2.37630166566501626084e-05
    };
    private static final double[] NEAR_ZERO_BELOW = {
        1,
        3.97917223959155352819e-01,
        6.50222499887672944485e-02,
        5.08130628187576562776e-03,
        1.32494738004321644526e-04,
        -3.96022827877536812320e-06
    };
    private static final double AT_ONE = 8.45062911510467529297e-01;
    private static final double[] NEAR_ONE = {
        -2.36211856075265944077e-03,
        4.14856118683748331666e-01,
        -3.72207876035701323847e-01,
        3.18346619901161753674e-01,
        -1.10894694282396677476e-01,
        3.54783043256182359371e-02,
        -2.16637559486879084300e-03
    };
    private static final double[] NEAR_ONE_BELOW = {
        1,
        1.06420880400844228286e-01,
        5.40397917702171048937e-01,
        7.18286544141962662868e-02,
        1.26171219808761642112e-01,
        1.36370839120290507362e-02,
        1.19844998467991074170e-02
    };
    private static final double[] MIDDLE = {
        -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
        -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02,
        -8.12874355063065934246e+01, -9.81432934416914548592e+00
    };
    private static final double[] MIDDLE_BELOW = {
        1,
        1.96512716674392571292e+01,
        1.37657754143519042600e+02,
        4.34565877475229228821e+02,
        6.45387271733267880336e+02,
        4.29008140027567833386e+02,
        1.08635005541779435134e+02,
        6.57024977031928170135e+00,
        -6.04244152148580987438e-02
    };
    private static final double[] FAR = {
        -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
        -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03,
        -4.83519191608651397019e+02
    };
    private static final double[] FAR_BELOW = {
        1,
        3.03380607434824582924e+01,
        3.25792512996573918826e+02,
        1.53672958608443695994e+03,
        3.19985821950859553908e+03,
        2.55305040643316442583e+03,
        4.74528541206955367215e+02,
        -2.24409524465858183362e+01
    };

    /** The error function: rational approximations of fdlibm's {@code s_erf.c}, error less than a unit in the last place. */
    static double erf(double x) {
        double size = Math.abs(x);
        double value;
        if (size < 0.84375) {
            double square = size * size;
            value = size + size * ratio(NEAR_ZERO, NEAR_ZERO_BELOW, square);
        } else if (size < 1.25) {
            value = AT_ONE + ratio(NEAR_ONE, NEAR_ONE_BELOW, size - 1);
        } else if (size < 6) {
            double inverse = 1 / (size * size);
            double part = size < 1 / 0.35 ? ratio(MIDDLE, MIDDLE_BELOW, inverse) : ratio(FAR, FAR_BELOW, inverse);
            double high = Double.longBitsToDouble(Double.doubleToRawLongBits(size) & 0xFFFFFFFF00000000L);
            double small = StrictMath.exp(-high * high - 0.5625) * StrictMath.exp((high - size) * (high + size) + part);
            value = 1 - small / size;
        } else {
            value = Double.isNaN(x) ? x : 1;
        }
        return Math.copySign(value, x);
    }

    private static double ratio(double[] above, double[] below, double x) {
        return polynomial(above, x) / polynomial(below, x);
    }

    private static double polynomial(double[] coefficients, double x) {
        double value = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            value = value * x + coefficients[i];
        }
        return value;
    }
}
