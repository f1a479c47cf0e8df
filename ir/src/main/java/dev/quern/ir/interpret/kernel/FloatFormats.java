package dev.quern.ir.interpret.kernel;

import dev.quern.DType;

/**
 * Conversions between the bits of a floating-point type and the value as a {@code double}, which holds every value of every
 * type exactly. Encoding rounds once, to the nearest, ties to even.
 *
 * <p>Sources: IEEE 754 for f64, f32 and f16; the ONNX specification's pages on float8, float4 and float8e8m0 for the rest.
 */
final class FloatFormats {
    /** What a format does beyond its largest finite value. */
    private enum Specials {
        /** Infinities and NaNs in the highest exponent. */
        IEEE,
        /** No infinity; NaN is all ones. */
        FINITE,
        /** No infinity and no negative zero; NaN is the sign bit alone. */
        UNSIGNED_ZERO,
        /** Neither infinity nor NaN, which becomes negative zero. */
        NONE
    }

    /** A sign bit, {@code exponentBits} and {@code mantissaBits}; {@code largest} is the greatest finite magnitude's bits. */
    private record Small(int exponentBits, int mantissaBits, int bias, long largest, Specials specials) {
        private int signShift() {
            return exponentBits + mantissaBits;
        }

        double decode(long bits) {
            long magnitude = bits & ((1L << signShift()) - 1);
            boolean negative = (bits >> signShift() & 1) != 0;
            if (specials == Specials.UNSIGNED_ZERO && negative && magnitude == 0) {
                return Double.NaN;
            }
            double value;
            if (magnitude > largest) {
                boolean infinite = specials == Specials.IEEE && magnitude == largest + 1;
                value = infinite ? Double.POSITIVE_INFINITY : Double.NaN;
            } else {
                int exponent = (int) (magnitude >> mantissaBits);
                long mantissa = magnitude & ((1L << mantissaBits) - 1);
                value = exponent == 0
                        ? Math.scalb((double) mantissa, 1 - bias - mantissaBits)
                        : Math.scalb((double) (mantissa + (1L << mantissaBits)), exponent - bias - mantissaBits);
            }
            return negative ? -value : value;
        }

        long encode(double value) {
            long sign = (Double.doubleToRawLongBits(value) >>> 63) << signShift();
            if (Double.isNaN(value)) {
                return notANumber(sign);
            }
            double size = Math.abs(value);
            long magnitude = Double.isInfinite(size) ? Long.MAX_VALUE : round(size);
            if (magnitude > largest) {
                return beyond(sign);
            }
            return specials == Specials.UNSIGNED_ZERO && magnitude == 0 ? 0 : sign | magnitude;
        }

        private long round(double size) {
            int exponent = Math.max(Math.getExponent(size), 1 - bias);
            long steps = (long) Math.rint(Math.scalb(size, mantissaBits - exponent));
            return ((long) (exponent + bias - 1) << mantissaBits) + steps;
        }

        private long beyond(long sign) {
            if (specials == Specials.NONE) {
                return sign | largest;
            }
            return specials == Specials.IEEE ? sign | (largest + 1) : notANumber(sign);
        }

        private long notANumber(long sign) {
            return switch (specials) {
                case IEEE -> sign | (largest + 1) | 1L << (mantissaBits - 1);
                case FINITE -> sign | (largest + 1);
                case UNSIGNED_ZERO -> 1L << signShift();
                case NONE -> 1L << signShift();
            };
        }
    }

    private static final Small F16 = new Small(5, 10, 15, 0x7BFF, Specials.IEEE);
    private static final Small BF16 = new Small(8, 7, 127, 0x7F7F, Specials.IEEE);
    private static final Small F8E4M3FN = new Small(4, 3, 7, 0x7E, Specials.FINITE);
    private static final Small F8E4M3FNUZ = new Small(4, 3, 8, 0x7F, Specials.UNSIGNED_ZERO);
    private static final Small F8E5M2 = new Small(5, 2, 15, 0x7B, Specials.IEEE);
    private static final Small F8E5M2FNUZ = new Small(5, 2, 16, 0x7F, Specials.UNSIGNED_ZERO);
    private static final Small F4E2M1 = new Small(2, 1, 1, 0x7, Specials.NONE);

    private static final int E8M0_NAN = 0xFF;
    private static final int E8M0_BIAS = 127;

    private FloatFormats() {}

    /**
     * The value of {@code bits}, taken from the low end.
     *
     * @throws IllegalArgumentException if {@code type} is not a floating-point type
     */
    static double decode(DType type, long bits) {
        return switch (type) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
            case F8E8M0 -> (bits & 0xFF) == E8M0_NAN ? Double.NaN : Math.scalb(1.0, (int) (bits & 0xFF) - E8M0_BIAS);
            default -> small(type).decode(bits);
        };
    }

    /** The bits nearest to {@code value}, in the low end; beyond the largest value infinite or NaN as the type has it. */
    static long encode(DType type, double value) {
        return switch (type) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL;
            case F8E8M0 -> encodePower(value);
            default -> small(type).encode(value);
        };
    }

    /** The value of {@code type} nearest to {@code value}. */
    static double round(DType type, double value) {
        return switch (type) {
            case F64 -> value;
            case F32 -> (float) value;
            default -> decode(type, encode(type, value));
        };
    }

    /** The power of two not below {@code value}, as ONNX's default rounding of this type has it. */
    private static long encodePower(double value) {
        if (Double.isNaN(value) || value < 0) {
            return E8M0_NAN;
        }
        if (value == 0) {
            return 0;
        }
        int exponent = Math.getExponent(value);
        boolean exact = Math.scalb(1.0, exponent) == value;
        return Math.clamp(exponent + (exact ? 0L : 1L) + E8M0_BIAS, 0, E8M0_NAN - 1);
    }

    private static Small small(DType type) {
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
