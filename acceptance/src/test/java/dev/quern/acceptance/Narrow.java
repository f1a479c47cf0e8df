package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;

/** 16-bit floats, for tests; apart from the code that they test. */
final class Narrow {
    private Narrow() {}

    /** The number of {@code type} nearest to {@code value}, halves to even. */
    static double round(DType type, double value) {
        int digits = type == DType.F16 ? 11 : 8;
        int least = type == DType.F16 ? -14 : -126;
        double greatest = type == DType.F16 ? 65504 : 0x1.FEp127;
        if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
            return value;
        }
        int exponent = Math.max(Math.getExponent(value), least) - digits + 1;
        double rounded = Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
        return Math.abs(rounded) > greatest ? Math.copySign(Double.POSITIVE_INFINITY, value) : rounded;
    }

    /** The elements of a tensor of 16-bit floats. */
    static double[] numbers(Tensor tensor) {
        short[] bits = tensor.toShortArray();
        double[] numbers = new double[bits.length];
        for (int i = 0; i < bits.length; i++) {
            numbers[i] =
                    tensor.dtype() == DType.F16 ? Float.float16ToFloat(bits[i]) : Float.intBitsToFloat(bits[i] << 16);
        }
        return numbers;
    }
}
