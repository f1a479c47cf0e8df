package dev.quern.ir.interpret;

import dev.quern.DType;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Integers and booleans as a {@code long}: its value, for u64 that of the same bits; booleans are 0 or 1. What becomes of numbers
 * that a type does not have, by the rules of {@link dev.quern.ir.graph.Op.Cast}.
 */
final class Integers {
    private static final double TWO_TO_63 = 0x1p63;

    /** Integers to here are doubles. */
    private static final long EXACT = 1L << 53;

    private Integers() {}

    /** The number of the type that equals {@code value} modulo two to its width; of booleans, whether it is not zero. */
    static long wrap(DType type, long value) {
        return switch (type.kind()) {
            case BOOLEAN -> Math.min(value & Long.MAX_VALUE, 1) | value >>> 63;
            case SIGNED, UNSIGNED -> type.bits() == Long.SIZE ? value : remainder(type, value);
            case FLOAT, COMPLEX, TEXT -> throw new IllegalArgumentException(type + " is not an integer type");
        };
    }

    private static long remainder(DType type, long value) {
        long modulus = 1L << type.bits();
        long rest = Math.floorMod(value, modulus);
        return type.kind() == DType.Kind.SIGNED && 2 * rest >= modulus ? rest - modulus : rest;
    }

    /** The least value of a type. */
    static long least(DType type) {
        return type.kind() == DType.Kind.SIGNED ? -(1L << type.bits() - 1) : 0;
    }

    /** The greatest value of a type. */
    static long greatest(DType type) {
        return switch (type.kind()) {
            case BOOLEAN -> 1;
            case SIGNED -> (1L << type.bits() - 1) - 1;
            case UNSIGNED -> type.bits() == Long.SIZE ? -1 : (1L << type.bits()) - 1;
            case FLOAT, COMPLEX, TEXT -> throw new IllegalArgumentException(type + " is not an integer type");
        };
    }

    /** A real number cast to an integer type. */
    static long cast(DType type, double value) {
        return switch (type) {
            case BOOL -> value == 0 ? 0 : 1;
            case I64 -> towardsZero(DType.I64, value);
            case U64 ->
                value >= TWO_TO_63
                        ? towardsZero(DType.I64, value - TWO_TO_63) + Long.MIN_VALUE
                        : towardsZero(DType.I64, value);
            case U32 -> wrap(type, towardsZero(DType.I64, value));
            case I4, U4, I2, U2 -> wrap(type, towardsZero(DType.I32, halvesAway(value)));
            default -> wrap(type, towardsZero(DType.I32, value));
        };
    }

    /** The number without its fraction; the least number for NaN and where signed {@code type} does not have it. */
    private static long towardsZero(DType type, double value) {
        double whole = value < 0 ? Math.ceil(value) : Math.floor(value);
        double end = -(double) least(type);
        return whole >= -end && whole < end ? (long) whole : least(type);
    }

    private static double halvesAway(double value) {
        double size = Math.floor(Math.abs(value));
        double nearest = Math.abs(value) - size >= 0.5 ? size + 1 : size;
        return value < 0 ? -nearest : nearest;
    }

    /** A real number without its fraction, or the nearest number that the type has; NaN is the least. */
    static long saturate(DType type, double value) {
        if (type == DType.BOOL) {
            return value == 0 ? 0 : 1;
        }
        if (!(value > number(type, least(type)))) {
            return least(type);
        }
        if (value >= number(type, greatest(type))) {
            return greatest(type);
        }
        return new BigDecimal(value).toBigInteger().longValue();
    }

    /** A number of the type, whatever its size. */
    static BigInteger exact(DType type, long value) {
        BigInteger signed = BigInteger.valueOf(value);
        return type == DType.U64 && value < 0 ? signed.add(BigInteger.TWO.pow(Long.SIZE)) : signed;
    }

    /** The double nearest to a number of the type. */
    static double number(DType type, long value) {
        return Math.abs(value) <= EXACT && value != Long.MIN_VALUE && !(type == DType.U64 && value < 0)
                ? value
                : exact(type, value).doubleValue();
    }

    /** The bits of a number of type {@code from} as floating-point type {@code to}. */
    static long encode(DType from, long value, DType to, boolean saturate) {
        boolean small = value >= -EXACT && value <= EXACT && !(from == DType.U64 && value < 0);
        return small
                ? FloatTables.encode(to, (double) value, saturate)
                : FloatTables.encode(to, exact(from, value), saturate);
    }
}
