package dev.quern.acceptance.misuse;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Small tensors of any type: elements from -3 to 5, and now and then extremes. */
final class RandomTensors {
    static final List<DType> TYPES = List.of(
            DType.F32,
            DType.F32,
            DType.F64,
            DType.F16,
            DType.BF16,
            DType.I64,
            DType.I32,
            DType.I16,
            DType.I8,
            DType.U64,
            DType.U32,
            DType.U16,
            DType.U8,
            DType.BOOL);
    private static final long[] ODD = {
        -1, -100, 0, Integer.MAX_VALUE, 1L << 31, -(1L << 31), 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private final Random random;

    RandomTensors(Random random) {
        this.random = random;
    }

    static <T> T pick(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    long[] shape(int rank) {
        long[] shape = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = random.nextDouble() < 0.1 ? 0 : 1 + random.nextInt(4);
        }
        return shape;
    }

    Tensor draw(DType dtype, int rank) {
        return draw(dtype, shape(rank), 0.05);
    }

    /** Elements, of which the part {@code odd} is extreme. */
    Tensor draw(DType dtype, long[] shape, double odd) {
        int count = (int) Tensor.count(shape);
        if (dtype == DType.STRING) {
            String[] words = new String[count];
            java.util.Arrays.fill(words, "word");
            return Tensor.of(words, shape);
        }
        byte[] bytes = new byte[(int) dtype.byteSize(count)];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 0; index < count; index++) {
            long whole = random.nextDouble() < odd ? ODD[random.nextInt(ODD.length)] : random.nextInt(9) - 3;
            double real = random.nextDouble() < odd / 2 ? Double.NaN : whole / 2.0;
            switch (dtype) {
                case F64 -> out.putDouble(real);
                case F32 -> out.putFloat((float) real);
                case F16 -> out.putShort(Float.floatToFloat16((float) real));
                case BF16 -> out.putShort((short) (Float.floatToRawIntBits((float) real) >>> 16));
                case I64, U64 -> out.putLong(whole);
                case I32, U32 -> out.putInt((int) whole);
                case I16, U16 -> out.putShort((short) whole);
                case BOOL -> out.put((byte) (whole & 1));
                case I8, U8 -> out.put((byte) whole);
                default -> {
                    if (out.hasRemaining()) {
                        out.put((byte) random.nextInt(256));
                    }
                }
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }
}
