package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Small constants of any numeric type of whole bytes. */
public final class SmallConstants {
    private SmallConstants() {}

    /**
     * A scalar of {@code dtype} nearest to {@code value}; an {@link IllegalArgumentException} for types of less than a
     * byte, of 8-bit floats, complex numbers and text.
     */
    public static Tensor of(DType dtype, double value) {
        ByteBuffer bytes = ByteBuffer.allocate(dtype.bits() / 8).order(ByteOrder.LITTLE_ENDIAN);
        switch (dtype) {
            case F64 -> bytes.putDouble(value);
            case F32 -> bytes.putFloat((float) value);
            case F16 -> bytes.putShort(Float.floatToFloat16((float) value));
            case BF16 -> bytes.putShort(bfloat((float) value));
            case I64, U64 -> bytes.putLong((long) value);
            case I32, U32 -> bytes.putInt((int) (long) value);
            case I16, U16 -> bytes.putShort((short) value);
            case I8, U8 -> bytes.put((byte) (int) value);
            case BOOL -> bytes.put((byte) (value != 0 ? 1 : 0));
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                throw new IllegalArgumentException("no scalar of " + dtype);
        }
        return Tensor.of(MemorySegment.ofArray(bytes.array()), dtype);
    }

    /** Whether {@link #of} has scalars of {@code dtype}. */
    static boolean has(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL -> true;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING -> false;
        };
    }

    private static short bfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** A tensor of an integer or boolean type; empty for any other. */
    public static Optional<Tensor> tensor(DType dtype, long[] values, long... shape) {
        if (!dtype.isInteger() && dtype != DType.BOOL || dtype.bits() < 8) {
            return Optional.empty();
        }
        int width = dtype.bits() / 8;
        ByteBuffer bytes = ByteBuffer.allocate(values.length * width).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            switch (width) {
                case 8 -> bytes.putLong(value);
                case 4 -> bytes.putInt((int) value);
                case 2 -> bytes.putShort((short) value);
                default -> bytes.put((byte) value);
            }
        }
        return Optional.of(Tensor.of(MemorySegment.ofArray(bytes.array()), dtype, shape));
    }
}
