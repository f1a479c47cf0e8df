package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The functions of the IR on real numbers, as doubles; who stores a result rounds it to its type. Sums, products, quotients and
 * roots of f32 and narrower are those of the type itself: a {@code double} has more than twice their digits, so that rounding
 * twice is rounding once. A function that real numbers do not have is an {@link IllegalArgumentException}.
 */
public final class RealFunctions {
    private RealFunctions() {}

    /** A function of one number. */
    public static DoubleUnaryOperator unary(UnaryOp function) {
        return switch (function) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : Double.NaN;
            case SQRT -> Math::sqrt;
            case RECIPROCAL -> x -> 1 / x;
            case EXP -> StrictMath::exp;
            case LOG -> StrictMath::log;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case TAN -> StrictMath::tan;
            case ASIN -> StrictMath::asin;
            case ACOS -> StrictMath::acos;
            case ATAN -> StrictMath::atan;
            case SINH -> StrictMath::sinh;
            case COSH -> StrictMath::cosh;
            case ASINH -> SpecialFunctions::asinh;
            case ACOSH -> SpecialFunctions::acosh;
            case ATANH -> SpecialFunctions::atanh;
            case TANH -> StrictMath::tanh;
            case SIGMOID -> SpecialFunctions::sigmoid;
            case ERF -> SpecialFunctions::erf;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> RealFunctions::round;
            case NOT, BIT_NOT, IS_NAN, IS_INF -> throw undefined(function);
        };
    }

    /** A function of two numbers. */
    static DoubleBinaryOperator binary(BinaryOp function) {
        return switch (function) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case MOD -> RealFunctions::modulo;
            case REM -> (a, b) -> a % b;
            case POW -> RealFunctions::power;
            case MIN -> (a, b) -> a != a || b != b ? Double.NaN : Double.compare(a, b) < 0 ? a : b;
            case MAX -> (a, b) -> a != a || b != b ? Double.NaN : Double.compare(a, b) > 0 ? a : b;
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw undefined(function);
        };
    }

    /** What {@code combiner} gives over nothing, a value of {@code type}. */
    static double identity(Combiner combiner, DType type) {
        return switch (combiner) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MIN -> FloatTables.greatest(type);
            case MAX -> FloatTables.least(type);
            case AND, OR -> throw undefined(combiner);
        };
    }

    /** Whether {@code relation} holds of two numbers; with NaN only {@link CompareOp#NE}. */
    static boolean compare(CompareOp relation, double left, double right) {
        return switch (relation) {
            case EQ -> left == right;
            case NE -> left != right;
            case LT -> left < right;
            case LE -> left <= right;
            case GT -> left > right;
            case GE -> left >= right;
        };
    }

    /** To the nearest integer, halves to even. */
    private static double round(double x) {
        double below = Math.floor(x);
        double above = Math.ceil(x);
        if (below == above || x - below < above - x) {
            return below;
        }
        boolean up = x - below > above - x || below % 2 != 0;
        return up ? above : below;
    }

    /** The remainder with the sign of the divisor, from that of the nearest quotient. */
    private static double modulo(double dividend, double divisor) {
        double rest = StrictMath.IEEEremainder(dividend, divisor);
        if (rest == 0) {
            return Math.copySign(0, divisor);
        }
        return rest * Math.signum(divisor) < 0 ? rest + divisor : rest;
    }

    /** As IEEE 754 (9.2.1) has it, unlike Java: 1 to any power, and minus one to an infinite one, is 1. */
    private static double power(double base, double exponent) {
        boolean one = base == 1 || base == -1 && Double.isInfinite(exponent);
        return one ? 1 : StrictMath.pow(base, exponent);
    }

    private static IllegalArgumentException undefined(Enum<?> function) {
        return new IllegalArgumentException(function + " is not defined on real numbers");
    }
}
