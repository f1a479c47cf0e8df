package dev.quern.ir.math;

import static dev.quern.ir.math.Formulas.bits;
import static dev.quern.ir.math.Formulas.fma;
import static dev.quern.ir.math.Formulas.left;
import static dev.quern.ir.math.Formulas.max;
import static dev.quern.ir.math.Formulas.min;
import static dev.quern.ir.math.Formulas.minus;
import static dev.quern.ir.math.Formulas.negative;
import static dev.quern.ir.math.Formulas.number;
import static dev.quern.ir.math.Formulas.over;
import static dev.quern.ir.math.Formulas.plus;
import static dev.quern.ir.math.Formulas.polynomial;
import static dev.quern.ir.math.Formulas.real;
import static dev.quern.ir.math.Formulas.right;
import static dev.quern.ir.math.Formulas.root;
import static dev.quern.ir.math.Formulas.size;
import static dev.quern.ir.math.Formulas.times;
import static dev.quern.ir.math.Formulas.when;
import static dev.quern.ir.math.Formulas.withSign;

import dev.quern.DType;
import dev.quern.ir.CompareOp;
import dev.quern.ir.kernel.Expr;
import java.util.function.UnaryOperator;

/**
 * The formulas of {@link ExpandMath}. {@code let} names a value that is used more than once, so that formulas stay trees of
 * moderate size. The coefficients are weighted least-squares fits, reweighted towards the least maximal relative error.
 */
final class Approximations {
    /** Adding it rounds a small number to an integer, which is then in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final double LOG2_E = 1 / StrictMath.log(2);
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = (float) (StrictMath.log(2) - LN2_HIGH);
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    /** {@code (exp(r) - 1 - r) / r^2} for {@code |r| <= 0.347}; relative error of exp below 2^-28. */
    private static final double[] EXP = {0x1.fffffcp-2, 0x1.55549p-3, 0x1.5558f6p-5, 0x1.123a8ep-7, 0x1.6a2318p-10};

    /** The same for {@code exp(r) - 1}; relative error below 2^-31. */
    private static final double[] EXP_MINUS_ONE = {
        0x1p-1, 0x1.555554p-3, 0x1.5554bp-5, 0x1.11118ap-7, 0x1.6d72cp-10, 0x1.a032ccp-13
    };

    /** {@code (log(1+f) - f + f^2/2) / f^3} for {@code sqrt(0.5) <= 1+f <= sqrt(2)}; relative error of log below 2^-30. */
    private static final double[] LOG = {
        0x1.555548p-2,
        -0x1.000006p-2,
        0x1.99a4b6p-3,
        -0x1.555c4ep-3,
        0x1.233768p-3,
        -0x1.fc2208p-4,
        0x1.e6f06ap-4,
        -0x1.de3c16p-4,
        0x1.1457a8p-4
    };

    /** {@code erf(x)/x - 1} in {@code x^2}, for {@code |x| <= 1}; error below 2^-29. */
    private static final double[] ERF_NEAR = {
        0x1.06eba8p-3, -0x1.81273ep-2, 0x1.ce2d2p-4, -0x1.b7fbb4p-6, 0x1.5419f6p-8, -0x1.a485ecp-11, 0x1.4ae4dp-14
    };

    /** {@code -log(1 - erf(x))} for {@code 1 <= x <= 4}; error of erf below 2^-35. */
    private static final double[] ERF_FAR = {
        -0x1.8a576ep-13,
        0x1.212c0cp+0,
        0x1.443566p-1,
        0x1.bc1516p-4,
        -0x1.9d0304p-6,
        0x1.138cbep-8,
        -0x1.cec604p-12,
        0x1.6bd7e6p-16
    };

    private final UnaryOperator<Expr> let;

    Approximations(UnaryOperator<Expr> let) {
        this.let = let;
    }

    private Expr let(Expr value) {
        return let.apply(value);
    }

    /** An argument as {@code n*ln(2) + r} with {@code |r| <= ln(2)/2}: {@code shifted} has n in its low bits. */
    private record Reduced(Expr shifted, Expr r) {}

    /** Cody and Waite's reduction; {@code x} is moderate, or NaN, which r keeps. */
    private Reduced reduced(Expr x) {
        Expr shifted = let(fma(x, number(LOG2_E), number(ROUNDER)));
        Expr n = let(minus(shifted, number(ROUNDER)));
        Expr high = fma(n, number(-LN2_HIGH), x);
        return new Reduced(shifted, let(fma(n, number(-LN2_LOW), high)));
    }

    /** {@code 2^n} for the integer {@code n}, which is in the range of normal exponents. */
    private static Expr power(Expr n) {
        return real(left(plus(n, number(EXPONENT_BIAS)), MANTISSA_BITS));
    }

    private static Expr integerOf(Expr shifted) {
        return minus(bits(shifted), number(Float.floatToRawIntBits(ROUNDER)));
    }

    /** {@code exp(r)}. */
    private static Expr core(Expr r) {
        return plus(fma(times(r, r), polynomial(r, EXP), r), number(1.0));
    }

    /** Scaled in two steps, so that results below the normal range are rounded once and those above it overflow. */
    Expr exp(Expr argument) {
        Reduced reduced = reduced(let(max(min(argument, 89), -105)));
        Expr n = let(integerOf(reduced.shifted()));
        Expr half = let(right(n, 1));
        return times(times(core(reduced.r()), power(half)), power(minus(n, half)));
    }

    /** {@code exp(x)} where the result is normal or smaller than matters. */
    private Expr moderateExp(Expr x) {
        Reduced reduced = reduced(let(x));
        return times(core(reduced.r()), power(integerOf(reduced.shifted())));
    }

    /** Zero gives minus infinity, negative numbers NaN; subnormal numbers are exact inputs. */
    Expr log(Expr argument) {
        Expr x = let(argument);
        Expr small = new Expr.Comparison(CompareOp.LT, x, number((double) Float.MIN_NORMAL));
        Expr scaled = let(bits(new Expr.Conditional(small, times(x, number(0x1p23)), x)));
        int rootOfHalf = 0x3F3504F3;
        Expr exponent = let(right(minus(scaled, number(rootOfHalf)), MANTISSA_BITS));
        Expr f = let(minus(real(minus(scaled, left(exponent, MANTISSA_BITS))), number(1.0)));
        Expr correction = new Expr.Conditional(small, number(MANTISSA_BITS), number(0));
        Expr e = let(new Expr.Conversion(DType.F32, minus(exponent, correction)));
        Expr square = let(times(f, f));
        Expr tail = fma(times(square, f), polynomial(f, LOG), times(e, number(LN2_LOW)));
        Expr value = fma(e, number(LN2_HIGH), plus(f, fma(square, number(-0.5), tail)));
        Expr finite = when(CompareOp.LT, x, Float.POSITIVE_INFINITY, value, x);
        Expr positive = when(CompareOp.EQ, x, 0, number(Float.NEGATIVE_INFINITY), finite);
        return when(CompareOp.LT, x, 0, number(Float.NaN), positive);
    }

    /** {@code (e - 1)/(e + 1)} with {@code e = exp(2|x|)}, of which only {@code e - 1} is computed. */
    Expr tanh(Expr argument) {
        Expr x = let(argument);
        Expr size = min(size(x), 10);
        Reduced reduced = reduced(let(plus(size, size)));
        Expr r = reduced.r();
        Expr rest = fma(times(r, r), polynomial(r, EXP_MINUS_ONE), r);
        Expr scale = let(power(integerOf(reduced.shifted())));
        Expr e = let(fma(scale, rest, minus(scale, number(1.0))));
        return withSign(over(e, plus(e, number(2.0))), x);
    }

    /** {@code 1/(1+e)} or {@code e/(1+e)} with {@code e = exp(-|x|)}. */
    Expr sigmoid(Expr argument) {
        Expr x = let(argument);
        Expr e = let(exp(negative(size(x))));
        return over(when(CompareOp.LT, x, 0, e, number(1.0)), plus(number(1.0), e));
    }

    /** An odd polynomial up to 1, {@code 1 - exp(-g(|x|))} beyond. */
    Expr erf(Expr argument) {
        Expr x = let(argument);
        Expr size = let(min(size(x), 4));
        Expr square = let(times(size, size));
        Expr near = fma(polynomial(square, ERF_NEAR), size, size);
        Expr far = minus(number(1.0), moderateExp(negative(polynomial(size, ERF_FAR))));
        return withSign(when(CompareOp.LE, size, 1, near, far), x);
    }

    /** The power for an exponent of {@link #hasPower}. */
    Expr power(Expr argument, float exponent) {
        Expr x = let(argument);
        if (exponent == 1) {
            return x;
        }
        if (exponent == 2) {
            return times(x, x);
        }
        if (exponent == 3) {
            return times(times(x, x), x);
        }
        if (exponent == -1) {
            return over(number(1.0), x);
        }
        Expr root = root(plus(x, number(0.0)));
        return when(CompareOp.EQ, x, Float.NEGATIVE_INFINITY, number(Float.POSITIVE_INFINITY), root);
    }

    /** Whether {@link #power} has a form for {@code exponent}. */
    static boolean hasPower(float exponent) {
        return exponent == 1 || exponent == 2 || exponent == 3 || exponent == -1 || exponent == 0.5f;
    }
}
