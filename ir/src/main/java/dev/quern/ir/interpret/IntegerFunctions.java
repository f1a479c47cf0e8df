package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.UnaryOp;
import java.math.BigInteger;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * The functions of the IR on integers and booleans as {@link Integers} has them, as {@link UnaryOp} and {@link BinaryOp} say. A
 * function that a type does not have is an {@link IllegalArgumentException}.
 */
final class IntegerFunctions {
    private IntegerFunctions() {}

    private static boolean signed(DType type) {
        return type.kind() == DType.Kind.SIGNED;
    }

    static LongUnaryOperator unary(UnaryOp function, DType type) {
        return switch (function) {
            case NEG -> x -> Integers.wrap(type, 0 - x);
            case ABS -> x -> signed(type) && x < 0 ? Integers.wrap(type, 0 - x) : x;
            case SIGN -> x -> x == 0 ? 0 : signed(type) && x < 0 ? -1 : 1;
            case NOT -> x -> 1 - Integers.wrap(DType.BOOL, x);
            case BIT_NOT -> x -> Integers.wrap(type, -1 - x);
            case FLOOR, CEIL, ROUND -> LongUnaryOperator.identity();
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
                    ERF -> throw new IllegalArgumentException(function + " is not defined on " + type);
        };
    }

    static LongBinaryOperator binary(BinaryOp function, DType type) {
        return switch (function) {
            case ADD -> (a, b) -> Integers.wrap(type, a + b);
            case SUB -> (a, b) -> Integers.wrap(type, a - b);
            case MUL -> (a, b) -> Integers.wrap(type, a * b);
            case DIV -> (a, b) -> quotient(type, a, b);
            case REM -> (a, b) -> Integers.wrap(type, b == 0 ? 0 : a - b * quotient(type, a, b));
            case MOD -> (a, b) -> modulo(type, a, b);
            case POW -> (a, b) -> power(type, a, b);
            case MIN -> (a, b) -> compare(type, a, b) < 0 ? a : b;
            case MAX -> (a, b) -> compare(type, a, b) > 0 ? a : b;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case XOR -> (a, b) -> a ^ b;
            case SHIFT_LEFT ->
                (a, b) -> compare(DType.U64, b, type.bits()) < 0 ? Integers.wrap(type, a * (1L << b)) : 0;
            case SHIFT_RIGHT -> (a, b) -> shiftedRight(type, a, b);
        };
    }

    /** The sign of left minus right. */
    static int compare(DType type, long left, long right) {
        return type == DType.U64 ? Long.compareUnsigned(left, right) : Long.compare(left, right);
    }

    /** What {@code combiner} gives over nothing. */
    static long identity(Combiner combiner, DType type) {
        return switch (combiner) {
            case SUM, OR -> 0;
            case PRODUCT -> 1;
            case AND -> Integers.wrap(type, -1);
            case MIN -> Integers.greatest(type);
            case MAX -> Integers.least(type);
        };
    }

    private static long quotient(DType type, long a, long b) {
        if (b == 0) {
            return 0;
        }
        return type == DType.U64
                ? Integers.exact(type, a).divide(Integers.exact(type, b)).longValue()
                : Integers.wrap(type, a / b);
    }

    private static long modulo(DType type, long a, long b) {
        if (b == 0) {
            return 0;
        }
        return type == DType.U64
                ? Integers.exact(type, a).mod(Integers.exact(type, b)).longValue()
                : a - b * Math.floorDiv(a, b);
    }

    /** {@code a / 2^b}, rounded down. */
    private static long shiftedRight(DType type, long a, long b) {
        boolean beyond = compare(DType.U64, b, type.bits() - 1) > 0;
        if (!signed(type)) {
            return beyond
                    ? 0
                    : Integers.exact(type, a)
                            .divide(BigInteger.TWO.pow((int) b))
                            .longValue();
        }
        if (beyond || b == Long.SIZE - 1) {
            return a < 0 ? -1 : 0;
        }
        return Math.floorDiv(a, 1L << b);
    }

    /** The power rounded to zero, by multiplying as long as the type may have the product. */
    private static long power(DType type, long base, long exponent) {
        BigInteger number = Integers.exact(type, base);
        BigInteger count = Integers.exact(type, exponent);
        if (count.signum() == 0 || base == 1) {
            return 1;
        }
        if (count.signum() < 0 && base != -1) {
            return base == 0 ? Integers.least(type) : 0;
        }
        if (number.bitLength() == 0) {
            return number.signum() == 0 || !count.testBit(0) ? number.signum() * number.signum() : -1;
        }
        BigInteger product = BigInteger.ONE;
        for (BigInteger left = count; left.signum() > 0; left = left.subtract(BigInteger.ONE)) {
            product = product.multiply(number);
            if (product.bitLength() > Long.SIZE) {
                return Integers.least(type);
            }
        }
        BigInteger least = Integers.exact(type, Integers.least(type));
        BigInteger greatest = Integers.exact(type, Integers.greatest(type));
        return product.compareTo(least) < 0 || product.compareTo(greatest) > 0
                ? Integers.least(type)
                : product.longValue();
    }
}
