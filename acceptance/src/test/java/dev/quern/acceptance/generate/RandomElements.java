package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Random elements of every type. */
final class RandomElements {
    /** What kind of numbers a tensor has. */
    enum Style {
        /** Small whole and half numbers, which most arithmetic keeps exact. */
        SIMPLE,
        /** Normally distributed. */
        ORDINARY,
        /** Now and then NaN, an infinity, a zero of either sign, a subnormal or an extreme of the type. */
        WILD,
        /** Two to four different numbers, so that many are equal; special ones as often as not. */
        FEW,
        /** Within the range of half precision, which sums and products of them leave. */
        GREAT
    }

    private static final double[] SPECIAL = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -0.0,
        0.0,
        1,
        -1,
        1e-40,
        -1e-40,
        1e15,
        -1e15,
        65504,
        6e-8,
        0.5,
        -0.5,
        1.5,
        2.5,
        2147483648.0,
        -2147483648.0,
        9.3e18,
        255,
        256,
        -129,
        16777217
    };

    private static final long[] SPECIAL_WHOLE = {
        0,
        1,
        -1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        127,
        -128,
        255,
        32767,
        -32768,
        65535,
        1L << 53,
        (1L << 53) + 1
    };

    private static final String[] TEXTS = {
        "", "a", "b", "ab", "A", " a", "ä", "\u6f22\u5b57", "a longer text, with a comma"
    };

    private final Random random;

    RandomElements(Random random) {
        this.random = random;
    }

    Tensor tensor(DType dtype, Style style, long... shape) {
        if (dtype == DType.STRING) {
            String[] texts = new String[(int) Tensor.count(shape)];
            Arrays.setAll(texts, at -> TEXTS[random.nextInt(TEXTS.length)]);
            return Tensor.of(texts, shape);
        }
        if (dtype.kind() == DType.Kind.COMPLEX || dtype.bits() < 8 || dtype.isFloat() && dtype.bits() == 8) {
            long[] patterns = new long[(int) Tensor.count(shape) * (dtype.bits() > 64 ? 2 : 1)];
            Arrays.setAll(patterns, at -> random.nextLong());
            return packed(dtype, patterns, shape);
        }
        if (dtype.isFloat()) {
            return floats(dtype, reals(style), shape);
        }
        int count = (int) Tensor.count(shape);
        LongSupplier wholes = wholes(style, dtype);
        ByteBuffer bytes = buffer(dtype, count);
        for (int i = 0; i < count; i++) {
            put(bytes, dtype, dtype == DType.BOOL ? random.nextInt(2) : wholes.getAsLong());
        }
        return of(bytes, dtype, shape);
    }

    private DoubleSupplier reals(Style style) {
        if (style != Style.FEW) {
            return () -> real(style);
        }
        double[] few = new double[2 + random.nextInt(3)];
        Arrays.setAll(
                few, at -> random.nextBoolean() ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextInt(5) - 2);
        if (random.nextBoolean()) {
            few[0] = Double.NaN;
        }
        return () -> few[random.nextInt(few.length)];
    }

    private LongSupplier wholes(Style style, DType dtype) {
        if (style != Style.FEW) {
            return () -> whole(style, dtype);
        }
        long[] few = new long[2 + random.nextInt(3)];
        Arrays.setAll(
                few,
                at -> random.nextBoolean() ? SPECIAL_WHOLE[random.nextInt(SPECIAL_WHOLE.length)] : random.nextInt(5));
        return () -> few[random.nextInt(few.length)];
    }

    private double real(Style style) {
        return switch (style) {
            case SIMPLE -> (random.nextInt(17) - 8) / 2.0;
            case ORDINARY -> random.nextGaussian();
            case WILD, FEW ->
                random.nextInt(6) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextGaussian() * 3;
            case GREAT -> (random.nextInt(8) == 0 ? -1 : 1) * random.nextDouble() * 60_000;
        };
    }

    private long whole(Style style, DType dtype) {
        boolean unsigned = dtype.kind() == DType.Kind.UNSIGNED;
        return switch (style) {
            case SIMPLE -> random.nextInt(9) - (unsigned ? 0 : 4);
            case ORDINARY -> random.nextInt(200) - (unsigned ? 0 : 100);
            case WILD, FEW, GREAT ->
                random.nextInt(5) == 0
                        ? SPECIAL_WHOLE[random.nextInt(SPECIAL_WHOLE.length)]
                        : random.nextInt(200) - (unsigned ? 0 : 100);
        };
    }

    /** A tensor of a floating-point type, each element rounded to it. */
    static Tensor floats(DType dtype, DoubleSupplier element, long... shape) {
        int count = (int) Tensor.count(shape);
        ByteBuffer bytes = buffer(dtype, count);
        for (int i = 0; i < count; i++) {
            double value = element.getAsDouble();
            switch (dtype) {
                case F64 -> bytes.putDouble(value);
                case F32 -> bytes.putFloat((float) value);
                case F16 -> bytes.putShort(Float.floatToFloat16((float) value));
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
                default -> throw new IllegalArgumentException("no random numbers of " + dtype);
            }
        }
        return of(bytes, dtype, shape);
    }

    /** A tensor of elements with these bits, the low ones of each where there are more; two for one of 128 bits. */
    static Tensor packed(DType dtype, long[] patterns, long... shape) {
        int width = Math.min(dtype.bits(), 64);
        byte[] bytes = new byte[(int) dtype.byteSize(Tensor.count(shape))];
        for (int i = 0; i < patterns.length; i++) {
            for (int bit = 0; bit < width; bit++) {
                int at = i * width + bit;
                bytes[at / 8] |= (byte) ((patterns[i] >> bit & 1) << at % 8);
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }

    /** A tensor of whole numbers, wrapped to the width of the type. */
    static Tensor wholes(DType dtype, long[] values, long... shape) {
        if (dtype.isFloat()) {
            int[] next = {0};
            return floats(dtype, () -> values[next[0]++], shape);
        }
        ByteBuffer bytes = buffer(dtype, values.length);
        for (long value : values) {
            put(bytes, dtype, value);
        }
        return of(bytes, dtype, shape);
    }

    private static ByteBuffer buffer(DType dtype, int count) {
        return ByteBuffer.allocate((int) dtype.byteSize(count)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(ByteBuffer bytes, DType dtype, long value) {
        switch (dtype.bits()) {
            case 64 -> bytes.putLong(value);
            case 32 -> bytes.putInt((int) value);
            case 16 -> bytes.putShort((short) value);
            case 8 -> bytes.put((byte) value);
            default -> throw new IllegalArgumentException("no random numbers of " + dtype);
        }
    }

    private static Tensor of(ByteBuffer bytes, DType dtype, long... shape) {
        return Tensor.of(MemorySegment.ofArray(bytes.array()), dtype, shape);
    }
}
