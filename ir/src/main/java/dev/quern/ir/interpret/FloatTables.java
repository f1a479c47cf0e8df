package dev.quern.ir.interpret;

import dev.quern.DType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.DoubleToIntFunction;

/**
 * Conversions between the bits of a floating-point type and the value as a {@code double}, which holds every value of every
 * type exactly. Narrow types are looked up in lists of their values. Encoding rounds once, to the nearest, ties to even.
 */
public final class FloatTables {
    private static final FloatTable F16 = new FloatTable(5, 10, 15, FloatTable.Beyond.INFINITY);
    private static final FloatTable BF16 = new FloatTable(8, 7, 127, FloatTable.Beyond.INFINITY);
    private static final FloatTable F8E4M3FN = new FloatTable(4, 3, 7, FloatTable.Beyond.NAN);
    private static final FloatTable F8E4M3FNUZ = new FloatTable(4, 3, 8, FloatTable.Beyond.NAN_FOR_NEGATIVE_ZERO);
    private static final FloatTable F8E5M2 = new FloatTable(5, 2, 15, FloatTable.Beyond.INFINITY);
    private static final FloatTable F8E5M2FNUZ = new FloatTable(5, 2, 16, FloatTable.Beyond.NAN_FOR_NEGATIVE_ZERO);
    private static final FloatTable F4E2M1 = new FloatTable(2, 1, 1, FloatTable.Beyond.NOTHING);

    /** The least value of f8e8m0, whose codes are the powers of two from here; the last code is NaN. */
    private static final double LEAST_POWER = 0x1p-127;

    private static final int NO_POWER = 255;

    private FloatTables() {}

    /**
     * The value of {@code bits}, taken from the low end.
     *
     * @throws IllegalArgumentException if {@code type} is not a floating-point type
     */
    public static double decode(DType type, long bits) {
        return switch (type) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case F8E8M0 ->
                (bits & NO_POWER) == NO_POWER ? Double.NaN : LEAST_POWER * StrictMath.pow(2, bits & NO_POWER);
            default -> table(type).value(bits);
        };
    }

    /** The bits nearest to {@code value}, beyond the largest value infinite or NaN as the type has it. */
    public static long encode(DType type, double value) {
        return encode(type, value, false);
    }

    /**
     * The bits nearest to {@code value}, in the low end.
     *
     * @param saturate for the 8-bit types: beyond the largest value (infinity too) gives the largest, as ONNX Cast has it;
     *     ignored for wider types
     */
    static long encode(DType type, double value, boolean saturate) {
        return switch (type) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
            case F8E8M0 -> power(value);
            default -> {
                FloatTable table = table(type);
                boolean negative = Math.copySign(1, value) < 0;
                double size = Math.abs(value);
                yield Double.isNaN(value)
                        ? table.notANumber(negative)
                        : table.nearest(negative, step -> Double.compare(size, step), saturate && type.bits() <= 8);
            }
        };
    }

    /** The bits nearest to an integer of any size; see {@link #encode(DType, double, boolean)}. */
    static long encode(DType type, BigInteger value, boolean saturate) {
        return switch (type) {
            case F64 -> encode(type, value.doubleValue());
            case F8E8M0 ->
                value.signum() <= 0
                        ? power(value.signum())
                        : power(StrictMath.pow(2, value.subtract(BigInteger.ONE).bitLength()));
            case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits(value.floatValue()));
            default -> {
                BigDecimal size = new BigDecimal(value.abs());
                DoubleToIntFunction order = step -> size.compareTo(new BigDecimal(step));
                yield table(type).nearest(value.signum() < 0, order, saturate && type.bits() <= 8);
            }
        };
    }

    /** The greatest value of a type, infinite if it has an infinity. */
    static double greatest(DType type) {
        return switch (type) {
            case F64, F32 -> Double.POSITIVE_INFINITY;
            case F8E8M0 -> decode(type, NO_POWER - 1);
            default -> table(type).greatest();
        };
    }

    /** The least value of a type, infinite if it has an infinity. */
    static double least(DType type) {
        return type == DType.F8E8M0 ? LEAST_POWER : -greatest(type);
    }

    /** The least power of two from {@code value} on, as ONNX's default rounding of this type has it. */
    private static long power(double value) {
        if (!(value >= 0)) {
            return NO_POWER;
        }
        int code = 0;
        for (double power = LEAST_POWER; power < value && code < NO_POWER - 1; power *= 2) {
            code++;
        }
        return code;
    }

    private static FloatTable table(DType type) {
        return switch (type) {
            case F16 -> F16;
            case BF16 -> BF16;
            case F8E4M3FN -> F8E4M3FN;
            case F8E4M3FNUZ -> F8E4M3FNUZ;
            case F8E5M2 -> F8E5M2;
            case F8E5M2FNUZ -> F8E5M2FNUZ;
            case F4E2M1 -> F4E2M1;
            default -> throw new IllegalArgumentException(type + " is not a floating-point type");
        };
    }
}
