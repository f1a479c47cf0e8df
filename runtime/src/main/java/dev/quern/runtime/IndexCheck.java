package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Refuses indices out of range before a kernel reads by them. */
final class IndexCheck {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private IndexCheck() {}

    /**
     * Checks that element {@code i} of {@code indices} lies in {@code [-e, e)}, or {@code [0, e)} if they do not count from the end, with
     * {@code e = extents[i mod extents.length]}.
     *
     * @throws ModelException if one does not
     */
    static void check(Tensor indices, long[] extents, boolean fromEnd, String origin) {
        MemorySegment memory = indices.segment();
        long elements = indices.elements();
        for (long i = 0; i < elements; i++) {
            long index = read(memory, indices.dtype(), i);
            long extent = extents.length == 1 ? extents[0] : extents[(int) (i % extents.length)];
            long least = fromEnd ? -extent : 0;
            if (index < least || index >= extent) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        origin,
                        "index " + index + " (element " + i + ") is out of range, expected " + least + " to "
                                + (extent - 1) + "; give indices within the axis");
            }
        }
    }

    private static long read(MemorySegment memory, DType dtype, long at) {
        return switch (dtype) {
            case I64, U64 -> memory.getAtIndex(LONG, at);
            case I32 -> memory.getAtIndex(INT, at);
            case U32 -> Integer.toUnsignedLong(memory.getAtIndex(INT, at));
            case I16 -> memory.getAtIndex(SHORT, at);
            case U16 -> Short.toUnsignedLong(memory.getAtIndex(SHORT, at));
            case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, at));
            case F64,
                    F32,
                    F16,
                    BF16,
                    F8E4M3FN,
                    F8E4M3FNUZ,
                    F8E5M2,
                    F8E5M2FNUZ,
                    F8E8M0,
                    F4E2M1,
                    I4,
                    I2,
                    U4,
                    U2,
                    C64,
                    C128,
                    STRING -> throw new IllegalStateException("indices of type " + dtype);
        };
    }
}
