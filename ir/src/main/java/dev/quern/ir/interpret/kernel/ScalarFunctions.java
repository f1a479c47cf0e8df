package dev.quern.ir.interpret.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import java.math.BigInteger;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * The scalar functions of the IR on scalars held as {@link Scalars} says, rounded to or wrapped at the width of their type. A
 * function that a type does not have is an {@link IllegalArgumentException}.
 *
 * <p>Sums, products, quotients and roots of f32 and narrower are those of the type itself: a {@code double} has more than
 * twice their digits, so that rounding twice is rounding once.
 */
final class ScalarFunctions {
    private ScalarFunctions() {}

    /** {@code function} on floating-point {@code type}, giving that type. */
    static DoubleUnaryOperator realUnary(UnaryOp function, DType type) {
        DoubleUnaryOperator exact = switch (function) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> Math.signum(x) + 0.0;
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
            case ASINH -> KernelReals::asinh;
            case ACOSH -> KernelReals::acosh;
            case ATANH -> KernelReals::atanh;
            case TANH -> StrictMath::tanh;
            case SIGMOID -> KernelReals::sigmoid;
            case ERF -> KernelReals::erf;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case NOT, BIT_NOT, IS_NAN, IS_INF -> throw undefined(function, type);
        };
        return switch (type) {
            case F64 -> exact;
            case F32 -> x -> (float) exact.applyAsDouble(x);
            default -> x -> FloatFormats.round(type, exact.applyAsDouble(x));
        };
    }

    /** {@link UnaryOp#IS_NAN} or {@link UnaryOp#IS_INF}. */
    static DoublePredicate realTest(UnaryOp function) {
        return function == UnaryOp.IS_NAN ? Double::isNaN : Double::isInfinite;
    }

    /** {@code function} on integer or boolean {@code type}. */
    static LongUnaryOperator wholeUnary(UnaryOp function, DType type) {
        return switch (function) {
            case NEG -> x -> Scalars.wrap(type, -x);
            case ABS -> type.kind() == DType.Kind.SIGNED ? x -> Scalars.wrap(type, Math.abs(x)) : x -> x;
            case SIGN -> type.kind() == DType.Kind.SIGNED ? Long::signum : x -> x == 0 ? 0 : 1;
            case NOT -> x -> x == 0 ? 1 : 0;
            case BIT_NOT -> x -> Scalars.wrap(type, ~x);
            case FLOOR, CEIL, ROUND -> x -> x;
            case IS_NAN, IS_INF -> x -> 0;
            case SQRT,
                    RECIPROCAL,
                    EXP,
                    LOG,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    TANH,
                    SIGMOID,
                    ERF -> throw undefined(function, type);
        };
    }

    /** {@code function} on floating-point {@code type}. */
    static DoubleBinaryOperator realBinary(BinaryOp function, DType type) {
        DoubleBinaryOperator exact = switch (function) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case MOD -> KernelReals::floorMod;
            case REM -> (a, b) -> a % b;
            case POW -> KernelReals::pow;
            case MIN -> Math::min;
            case MAX -> Math::max;
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw undefined(function, type);
        };
        return switch (type) {
            case F64 -> exact;
            case F32 -> (a, b) -> (float) exact.applyAsDouble(a, b);
            default -> (a, b) -> FloatFormats.round(type, exact.applyAsDouble(a, b));
        };
    }

    /**
     * {@code function} on integer or boolean {@code type}, as {@link BinaryOp} says.
     */
    static LongBinaryOperator wholeBinary(BinaryOp function, DType type) {
        boolean unsigned = type.kind() != DType.Kind.SIGNED;
        boolean raw = type == DType.I64 || type == DType.U64;
        return switch (function) {
            case ADD -> raw ? Long::sum : (a, b) -> Scalars.wrap(type, a + b);
            case SUB -> raw ? (a, b) -> a - b : (a, b) -> Scalars.wrap(type, a - b);
            case MUL -> raw ? (a, b) -> a * b : (a, b) -> Scalars.wrap(type, a * b);
            case DIV ->
                unsigned
                        ? (a, b) -> b == 0 ? 0 : Long.divideUnsigned(a, b)
                        : (a, b) -> b == 0 ? 0 : Scalars.wrap(type, a / b);
            case MOD ->
                unsigned
                        ? (a, b) -> b == 0 ? 0 : Long.remainderUnsigned(a, b)
                        : (a, b) -> b == 0 ? 0 : Math.floorMod(a, b);
            case REM -> unsigned ? (a, b) -> b == 0 ? 0 : Long.remainderUnsigned(a, b) : (a, b) -> b == 0 ? 0 : a % b;
            case POW -> (a, b) -> power(type, a, b);
            case MIN -> unsigned ? (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b : Math::min;
            case MAX -> unsigned ? (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b : Math::max;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case XOR -> (a, b) -> a ^ b;
            case SHIFT_LEFT -> (a, b) -> Long.compareUnsigned(b, type.bits()) < 0 ? Scalars.wrap(type, a << b) : 0;
            case SHIFT_RIGHT -> {
                long most = type.bits() - 1;
                yield unsigned
                        ? (a, b) -> Long.compareUnsigned(b, most) <= 0 ? a >>> b : 0
                        : (a, b) -> a >> (Long.compareUnsigned(b, most) <= 0 ? b : most);
            }
        };
    }

    /** The power rounded to zero if {@code type} has it, else the least number of the type. */
    private static long power(DType type, long base, long exponent) {
        boolean unsigned = type.kind() != DType.Kind.SIGNED;
        if (exponent < 0 && !unsigned) {
            return base == 1 || base == 0 || base == -1
                    ? base == 0 ? Scalars.least(type) : (exponent & 1) == 0 ? 1 : base
                    : 0;
        }
        BigInteger number = unsigned ? new BigInteger(Long.toUnsignedString(base)) : BigInteger.valueOf(base);
        boolean grows = number.abs().compareTo(BigInteger.ONE) > 0;
        if (grows && Long.compareUnsigned(exponent, Long.SIZE) > 0) {
            return Scalars.least(type);
        }
        BigInteger power =
                grows || exponent == 0 ? number.pow((int) exponent) : (exponent & 1) == 0 ? number.abs() : number;
        boolean fits = unsigned ? power.bitLength() <= type.bits() : power.bitLength() < type.bits();
        return fits ? power.longValue() : Scalars.least(type);
    }

    /** Whether {@code relation} holds given {@code order}, the sign of left minus right. */
    private static boolean holds(CompareOp relation, int order) {
        return switch (relation) {
            case EQ -> order == 0;
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case GT -> order > 0;
            case GE -> order >= 0;
        };
    }

    /** Whether {@code relation} holds of two reals; with NaN only {@link CompareOp#NE}. */
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

    /** Whether {@code relation} holds of two integers of {@code type}. */
    static boolean compare(CompareOp relation, DType type, long left, long right) {
        return holds(relation, type == DType.U64 ? Long.compareUnsigned(left, right) : Long.compare(left, right));
    }

    private static IllegalArgumentException undefined(Enum<?> function, DType type) {
        return new IllegalArgumentException(function + " is not defined on " + type);
    }
}
