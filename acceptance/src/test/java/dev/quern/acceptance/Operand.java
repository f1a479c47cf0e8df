package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * An operand of a test: a tensor as ONNX Runtime for Java can be given one, and the element type that the model casts it to.
 * A cast to the type itself is none.
 *
 * @param given what is handed over
 * @param type what the operator is to see
 */
record Operand(Tensor given, DType type) {
    /** What ONNX Runtime for Java takes and gives in place of the types that it does not; every value of those fits. */
    private static final Map<DType, DType> EXCHANGED = Map.of(
            DType.U16, DType.I64,
            DType.U32, DType.I64,
            DType.U64, DType.I64,
            DType.I4, DType.I8,
            DType.U4, DType.U8,
            DType.F8E4M3FN, DType.F32,
            DType.F8E4M3FNUZ, DType.F32,
            DType.F8E5M2, DType.F32,
            DType.F8E5M2FNUZ, DType.F32);

    /** The type by which elements of {@code type} are handed over. */
    static DType exchanged(DType type) {
        return EXCHANGED.getOrDefault(type, type);
    }

    /** Whole numbers or booleans; those of u64 are given by their bits. */
    static Operand of(DType type, long[] shape, long... values) {
        if (type.isFloat()) {
            return of(type, shape, Arrays.stream(values).asDoubleStream().toArray());
        }
        DType carrier = exchanged(type);
        ByteBuffer bytes = bytes(carrier, values.length);
        for (long value : values) {
            switch (carrier.bits()) {
                case 8 -> bytes.put((byte) value);
                case 16 -> bytes.putShort((short) value);
                case 32 -> bytes.putInt((int) value);
                default -> bytes.putLong(value);
            }
        }
        return of(bytes, carrier, type, shape);
    }

    /** Floats, each of which {@code type} has, or which are rounded. */
    static Operand of(DType type, long[] shape, double... values) {
        DType carrier = exchanged(type);
        ByteBuffer bytes = bytes(carrier, values.length);
        for (double value : values) {
            switch (carrier) {
                case F64 -> bytes.putDouble(value);
                case F16 -> bytes.putShort(Float.floatToFloat16((float) value));
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
                default -> bytes.putFloat((float) value);
            }
        }
        return of(bytes, carrier, type, shape);
    }

    /** A vector. */
    static Operand vector(DType type, double... values) {
        return of(type, new long[] {values.length}, values);
    }

    /** A vector. */
    static Operand vector(DType type, long... values) {
        return of(type, new long[] {values.length}, values);
    }

    private static ByteBuffer bytes(DType type, int count) {
        return ByteBuffer.allocate(count * type.bits() / 8).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Operand of(ByteBuffer bytes, DType carrier, DType type, long[] shape) {
        return new Operand(Tensor.of(MemorySegment.ofArray(bytes.array()), carrier, shape), type);
    }
}
