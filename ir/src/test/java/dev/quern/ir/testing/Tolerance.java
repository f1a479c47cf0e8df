package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.interpret.FloatTables;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * How far results may be from what they should be: integers, booleans and strings not at all; 16-bit floats two units of their
 * type; f32 and f64 as many roundings of their type as the sums behind them have, however these are ordered. Numbers below 1 count as 1,
 * as what they were made of does. NaN and infinities must be met.
 */
public final class Tolerance {
    /** Roundings beside those of sums: of functions, products, scales. */
    private static final int OTHER_ROUNDINGS = 16;

    private Tolerance() {}

    /**
     * Fails if two tensors differ by more than their type allows.
     *
     * @param terms how many numbers the sums behind an element add at most, one after the other
     */
    public static void check(String where, Tensor expected, Tensor found, long terms) {
        check(where, expected, found, terms, expected.dtype());
    }

    /**
     * Fails if two tensors differ by more than rounding allows.
     *
     * @param rounded the narrowest floating-point type that floating-point elements were rounded to on their way, for those that were
     *     cast since
     */
    public static void check(String where, Tensor expected, Tensor found, long terms, DType rounded) {
        DType type = expected.dtype();
        if (type != found.dtype() || !Arrays.equals(expected.shape(), found.shape())) {
            throw new AssertionError(where + ": expected " + expected + ", found " + found);
        }
        if (!type.isFloat() || type.bits() < 16) {
            SameBits.check(where, expected, found);
            return;
        }
        for (long i = 0; i < expected.elements(); i++) {
            double want = number(expected, i);
            double have = number(found, i);
            if (!agree(rounded, want, have, terms)) {
                throw new AssertionError(where + ", element " + i + " of type " + type + ": expected " + want
                        + ", found " + have + ", allowed " + allowed(rounded, want, terms));
            }
        }
    }

    /** What {@code roundings} roundings to a floating-point type may come to, of numbers whose sizes add up to {@code size}. */
    public static double rounding(DType type, long roundings, double size) {
        return roundings * (unit(type) * size + least(type));
    }

    private static double unit(DType type) {
        return switch (type) {
            case F64 -> 0x1p-53;
            case F32 -> 0x1p-24;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            default -> throw new IllegalArgumentException("no rounding of " + type);
        };
    }

    private static double least(DType type) {
        return switch (type) {
            case F64 -> Double.MIN_VALUE;
            case F32 -> Float.MIN_VALUE;
            case F16 -> 0x1p-24;
            default -> 0x1p-133;
        };
    }

    /** Whether two numbers of a floating-point type agree. */
    public static boolean agree(DType type, double expected, double found, long terms) {
        return expected == found
                || Double.isNaN(expected) && Double.isNaN(found)
                || Double.isFinite(expected) && Math.abs(found - expected) <= allowed(type, expected, terms);
    }

    private static double allowed(DType type, double expected, long terms) {
        double size = Math.max(1, Math.abs(expected));
        return switch (type) {
            case F64, F32 -> size * unit(type) * (terms + OTHER_ROUNDINGS);
            default -> size * unit(type) * 4;
        };
    }

    static double number(Tensor tensor, long element) {
        DType type = tensor.dtype();
        int width = type.bits() / 8;
        long bits = 0;
        for (int i = 0; i < width; i++) {
            long octet = tensor.segment().get(ValueLayout.JAVA_BYTE, element * width + i) & 0xFF;
            bits |= octet << 8 * i;
        }
        return FloatTables.decode(type, bits);
    }
}
