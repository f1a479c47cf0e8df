package dev.quern.onnx.importer;

import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.LongStream;

/** Reads numbers out of constants. */
final class TensorNumbers {
    private static final int MOST_SCANNED = 1 << 16;

    private TensorNumbers() {}

    /** Whether every element of a small constant is {@code number}. */
    static boolean all(Tensor tensor, double number) {
        return tensor.elements() <= MOST_SCANNED
                && tensor.dtype().bits() >= 8
                && LongStream.range(0, tensor.elements()).allMatch(index -> at(tensor, index) == number);
    }

    /** Whether every element of a small constant is an integer that f32 has. */
    static boolean allFitF32(Tensor tensor) {
        return tensor.elements() <= MOST_SCANNED
                && LongStream.range(0, tensor.elements()).allMatch(index -> Math.abs(at(tensor, index)) <= 1 << 24);
    }

    /** Whether every element of a small constant is known not to be NaN. */
    static boolean noneIsNaN(Tensor tensor) {
        return tensor.elements() <= MOST_SCANNED
                && LongStream.range(0, tensor.elements()).noneMatch(index -> Double.isNaN(at(tensor, index)));
    }

    /** Element {@code index} of a constant of a type of whole bytes; NaN for types that this does not read. */
    static double at(Tensor tensor, long index) {
        MemorySegment data = tensor.segment();
        return switch (tensor.dtype()) {
            case F64 -> data.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
            case F16 -> Float.float16ToFloat(half(data, index));
            case BF16 -> Float.intBitsToFloat(half(data, index) << 16);
            case I64, U64 -> data.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
            case I32 -> data.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
            case U32 ->
                Integer.toUnsignedLong(
                        data.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index));
            case I16 -> half(data, index);
            case U16 -> Short.toUnsignedInt(half(data, index));
            case I8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case U8, BOOL -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, index));
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                Double.NaN;
        };
    }

    private static short half(MemorySegment data, long index) {
        return data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
    }
}
