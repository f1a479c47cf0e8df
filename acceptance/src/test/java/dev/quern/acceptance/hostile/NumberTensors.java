package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Tensors of any element type from numbers; how exactly they are rounded does not matter here. */
final class NumberTensors {
    private NumberTensors() {}

    static Tensor tensor(DType dtype, double[] numbers, long... shape) {
        if (dtype == DType.STRING) {
            return Tensor.of(Arrays.stream(numbers).mapToObj(Double::toString).toArray(String[]::new), shape);
        }
        byte[] bytes = new byte[Math.toIntExact(dtype.byteSize(numbers.length))];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        for (int i = 0; i < numbers.length; i++) {
            set(memory, dtype, i, bits(dtype, numbers[i]));
        }
        return Tensor.of(memory, dtype, shape);
    }

    private static long bits(DType dtype, double number) {
        return switch (dtype) {
            case F64, C128 -> Double.doubleToRawLongBits(number);
            case F32, C64 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) number));
            case F16 -> Short.toUnsignedLong(Float.floatToFloat16((float) number));
            case BF16 -> Float.floatToRawIntBits((float) number) >>> 16;
            case BOOL -> number == 0 ? 0 : 1;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> (long) number;
            case I64, I32, I16, I8, I4, I2, U64, U32, U16, U8, U4, U2 -> (long) number;
            case STRING -> throw new IllegalArgumentException("strings have no bits");
        };
    }

    private static void set(MemorySegment memory, DType dtype, int index, long bits) {
        int width = dtype.bits();
        for (int bit = 0; bit < Math.min(width, 64); bit++) {
            long at = (long) index * width + bit;
            byte octet = memory.get(ValueLayout.JAVA_BYTE, at / 8);
            int mask = 1 << at % 8;
            memory.set(ValueLayout.JAVA_BYTE, at / 8, (byte) ((bits >>> bit & 1) == 0 ? octet & ~mask : octet | mask));
        }
    }
}
