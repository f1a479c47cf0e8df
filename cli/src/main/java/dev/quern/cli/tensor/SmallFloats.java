package dev.quern.cli.tensor;

import dev.quern.DType;

/**
 * Floating-point formats of 8 and 4 bits, few enough codes to be listed.
 *
 * @see <a href="https://onnx.ai/onnx/technical/float8.html">ONNX: float stored in 8 bits</a>
 */
final class SmallFloats {
    private SmallFloats() {}

    /** The value of {@code bits}, taken from the low end. */
    static double decode(DType dtype, long bits) {
        return switch (dtype) {
            case F8E4M3FN -> (bits & 0x7f) == 0x7f ? Double.NaN : value(bits, 4, 3, 7);
            case F8E4M3FNUZ -> bits == 0x80 ? Double.NaN : value(bits, 4, 3, 8);
            case F8E5M2 -> (bits & 0x7c) == 0x7c ? special(bits, 2) : value(bits, 5, 2, 15);
            case F8E5M2FNUZ -> bits == 0x80 ? Double.NaN : value(bits, 5, 2, 16);
            case F8E8M0 -> bits == 0xff ? Double.NaN : Math.scalb(1.0, (int) bits - 127);
            case F4E2M1 -> value(bits, 2, 1, 1);
            default -> throw new IllegalArgumentException(dtype + " has more than 8 bits");
        };
    }

    private static double special(long bits, int mantissaBits) {
        boolean infinite = (bits & (1 << mantissaBits) - 1) == 0;
        double size = infinite ? Double.POSITIVE_INFINITY : Double.NaN;
        return bits >>> 7 == 0 ? size : -size;
    }

    private static double value(long bits, int exponentBits, int mantissaBits, int bias) {
        long mantissa = bits & (1 << mantissaBits) - 1;
        int exponent = (int) (bits >>> mantissaBits) & (1 << exponentBits) - 1;
        double size = exponent == 0
                ? Math.scalb((double) mantissa, 1 - bias - mantissaBits)
                : Math.scalb((double) (mantissa + (1 << mantissaBits)), exponent - bias - mantissaBits);
        return bits >>> (exponentBits + mantissaBits) == 0 ? size : -size;
    }

    /** The bits of the value nearest to {@code value}, of two the one with an even code; what is too large becomes the largest. */
    static long encode(DType dtype, double value) {
        long best = -1;
        double distance = Double.NaN;
        for (long code = 0; code < 1L << dtype.bits(); code++) {
            double candidate = decode(dtype, code);
            if (Double.isNaN(value) ? Double.isNaN(candidate) : !Double.isNaN(candidate)) {
                double difference = difference(candidate, value);
                if (best < 0 || difference < distance || difference == distance && (code & 1) < (best & 1)) {
                    best = code;
                    distance = difference;
                }
            }
        }
        return Math.max(best, 0);
    }

    private static double difference(double candidate, double value) {
        if (Double.compare(candidate, value) == 0 || Double.isNaN(value)) {
            return 0;
        }
        // An infinity is near to itself alone; and a zero of the other sign is farther than one of the same.
        double difference = Math.abs(candidate - Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE));
        return difference == 0 ? Double.MIN_VALUE : difference;
    }
}
