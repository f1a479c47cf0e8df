package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.interpret.FloatTables;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Random tensors. */
public final class DrawnTensors {
    private static final String[] WORDS = {"", "a", "two words", "\"quoted\"\n", "größer", "\u0000\uD83D\uDE00"};

    private DrawnTensors() {}

    /** A tensor of random bits for integers, small halves for most floats; unused bits are zero. */
    public static Tensor random(Random random, DType dtype, long... shape) {
        int count = Math.toIntExact(Tensor.count(shape));
        if (dtype == DType.STRING) {
            return Tensor.of(
                    random.ints(count, 0, WORDS.length).mapToObj(i -> WORDS[i]).toArray(String[]::new), shape);
        }
        byte[] bytes = new byte[Math.toIntExact(dtype.byteSize(count))];
        random.nextBytes(bytes);
        int unused = bytes.length * 8 - count * dtype.bits();
        if (unused > 0) {
            bytes[bytes.length - 1] &= (byte) (0xFF >> unused);
        }
        int width = dtype.bits() / 8;
        for (int i = 0; i < count && width > 0; i++) {
            if (dtype == DType.BOOL) {
                bytes[i] &= 1;
            } else if (dtype.isFloat() && random.nextInt(8) != 0) {
                long bits = FloatTables.encode(dtype, random.nextInt(-8, 9) / 2.0);
                for (int b = 0; b < width; b++) {
                    bytes[i * width + b] = (byte) (bits >> 8 * b);
                }
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }
}
