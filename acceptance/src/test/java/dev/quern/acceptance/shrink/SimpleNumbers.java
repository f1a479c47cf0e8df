package dev.quern.acceptance.shrink;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Tensors of numbers that are easy to read. */
final class SimpleNumbers {
    private SimpleNumbers() {}

    static Tensor zeros(Tensor tensor) {
        return filled(tensor, index -> 0);
    }

    /** 1, 2, 3 and so on. */
    static Tensor counted(Tensor tensor) {
        return filled(tensor, index -> tensor.dtype() == DType.BOOL ? index % 2 : index % 100 + 1);
    }

    /** Each rounded to a whole number of at most two digits. */
    static Tensor rounded(Tensor tensor) {
        return tensor.dtype().isFloat()
                ? filled(tensor, index -> Math.rint(element(tensor, index)) % 100)
                : counted(tensor);
    }

    /** Whether the numbers are simple, or there are none that could be made so. */
    static boolean isSimple(Tensor tensor) {
        if (!isWhole(tensor.dtype())) {
            return true;
        }
        byte[] bytes = tensor.toByteArray();
        return Arrays.equals(bytes, zeros(tensor).toByteArray())
                || Arrays.equals(bytes, counted(tensor).toByteArray())
                || Arrays.equals(bytes, rounded(tensor).toByteArray());
    }

    /** Whether elements are numbers of whole bytes, which can be set one by one. */
    static boolean isWhole(DType dtype) {
        return switch (dtype.kind()) {
            case FLOAT -> dtype.bits() >= 16;
            case SIGNED, UNSIGNED, BOOLEAN -> dtype.bits() >= 8;
            case COMPLEX, TEXT -> false;
        };
    }

    private static double element(Tensor tensor, int index) {
        ByteBuffer bytes = ByteBuffer.wrap(tensor.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.dtype()) {
            case F64 -> bytes.getDouble(8 * index);
            case F32 -> bytes.getFloat(4 * index);
            case F16 -> Float.float16ToFloat(bytes.getShort(2 * index));
            case BF16 -> Float.intBitsToFloat(bytes.getShort(2 * index) << 16);
            default -> throw new IllegalArgumentException("not floating-point: " + tensor.dtype());
        };
    }

    private static Tensor filled(Tensor tensor, IntToDoubleFunction element) {
        int width = tensor.dtype().bits() / 8;
        int count = (int) tensor.elements();
        ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            double value = element.applyAsDouble(i);
            switch (tensor.dtype()) {
                case F64 -> bytes.putDouble(value);
                case F32 -> bytes.putFloat((float) value);
                case F16 -> bytes.putShort(Float.floatToFloat16((float) value));
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
                default -> {
                    for (int part = 0; part < width; part++) {
                        bytes.put((byte) ((long) value >> 8 * part));
                    }
                }
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes.array()), tensor.dtype(), tensor.shape());
    }
}
