package dev.quern.ir.interpret.kernel;

import dev.quern.DType;

/**
 * Scalars and their conversions. A floating-point scalar is held as the {@code double} of its value; an integer as a
 * {@code long}, sign-extended if signed and zero-extended if unsigned (u64 as its bits); a boolean as 0 or 1. All are
 * stored as bits in the low end of a {@code long}.
 */
final class Scalars {
    private Scalars() {}

    /** {@code value} reduced to the width of {@code type}: integers wrap, booleans are 0 or 1. */
    static long wrap(DType type, long value) {
        return switch (type.kind()) {
            case SIGNED -> value << (64 - type.bits()) >> (64 - type.bits());
            case UNSIGNED -> value << (64 - type.bits()) >>> (64 - type.bits());
            case BOOLEAN -> value == 0 ? 0 : 1;
            case FLOAT, COMPLEX, TEXT -> throw new IllegalArgumentException(type + " is not an integer type");
        };
    }

    /** The bits of an element without those above its width. */
    static long mask(DType type, long bits) {
        return type.bits() >= 64 ? bits : bits & ((1L << type.bits()) - 1);
    }

    /**
     * {@code value} as integer {@code type} by the rule of {@link dev.quern.ir.graph.Op.Cast}: out of range as x86 has it, and with it
     * ONNX Runtime.
     */
    static long truncate(DType type, double value) {
        return switch (type) {
            case BOOL -> value == 0 ? 0 : 1;
            case I64 -> toI64(value);
            case U64 -> value >= 0x1p63 ? toI64(value - 0x1p63) ^ Long.MIN_VALUE : toI64(value);
            case U32 -> toI64(value) & 0xFFFFFFFFL;
            case I4, U4, I2, U2 -> wrap(type, toI32(awayFromZero(value)));
            default -> wrap(type, toI32(value));
        };
    }

    private static long toI64(double value) {
        return value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }

    private static int toI32(double value) {
        return value < 0x1p31 ? (int) value : Integer.MIN_VALUE;
    }

    /** The nearest integer, halves away from zero. */
    private static double awayFromZero(double value) {
        double even = Math.rint(value);
        return Math.abs(value - even) == 0.5 ? value + Math.copySign(0.5, value) : even;
    }

    /** The least value of an integer type. */
    static long least(DType type) {
        return type.kind() == DType.Kind.SIGNED ? Long.MIN_VALUE >> (64 - type.bits()) : 0;
    }

    /** Integer {@code value} of type {@code from} as the nearest value of floating-point type {@code to}. */
    static double toReal(DType from, long value, DType to) {
        boolean huge = from == DType.U64 && value < 0;
        if (to == DType.F32 && !huge) {
            return (float) value;
        }
        if (to == DType.F64 && !huge) {
            return value;
        }
        double odd = huge ? 2 * towardsOdd(value >>> 1 | value & 1) : towardsOdd(value);
        return to == DType.F64 && huge ? unsigned(value) : FloatFormats.round(to, odd);
    }

    private static double unsigned(long value) {
        return ((double) (value >>> 1 | value & 1)) * 2;
    }

    /** A double that rounds to narrower types as {@code value} itself would: what does not fit is kept in the last bit. */
    private static double towardsOdd(long value) {
        long size = Math.abs(value);
        if (size <= 1L << 53) {
            return value;
        }
        long kept = size >>> 10 << 10;
        long odd = kept == size ? size : kept | 1L << 10;
        return value < 0 ? -(double) odd : (double) odd;
    }

    /** {@code a*b + c} rounded once to {@code type}. */
    static double fma(DType type, double a, double b, double c) {
        return switch (type) {
            case F64 -> Math.fma(a, b, c);
            case F32 -> Math.fma((float) a, (float) b, (float) c);
            default -> FloatFormats.round(type, sumTowardsOdd(a * b, c));
        };
    }

    /** The sum, with a last bit of one where it is inexact, so that rounding it again to a narrow type rounds once. */
    private static double sumTowardsOdd(double left, double right) {
        double sum = left + right;
        double part = sum - left;
        double error = (left - (sum - part)) + (right - part);
        long bits = Double.doubleToRawLongBits(sum);
        if (error == 0 || Double.isNaN(error) || Double.isInfinite(sum) || (bits & 1) != 0) {
            return sum;
        }
        return Double.longBitsToDouble((error > 0) == (sum > 0) ? bits + 1 : bits - 1);
    }

    /** The bits of a value that marks memory nothing has been written to: NaN, or a pattern no program means. */
    static long undefined(DType type) {
        return switch (type.kind()) {
            case FLOAT -> mask(type, FloatFormats.encode(type, Double.NaN));
            case BOOLEAN -> 1;
            case SIGNED, UNSIGNED -> mask(type, 0x5A5A5A5A5A5A5A5AL);
            case COMPLEX, TEXT -> throw new IllegalArgumentException("no memory for elements of type " + type);
        };
    }
}
