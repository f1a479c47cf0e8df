package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.Random;

/** Arguments of a kernel, filled at random. */
record Data(Kernel kernel, Object[] buffers, long[] offsets, long[] symbols) {
    /** Elements before and after each buffer, which no kernel may touch. */
    private static final int MARGIN = 3;

    static Data random(Kernel kernel, Random random, long... symbols) {
        int count = kernel.parameters().size();
        Object[] buffers = new Object[count];
        long[] offsets = new long[count];
        for (int i = 0; i < count; i++) {
            Buffer parameter = kernel.parameters().get(i);
            long span = Math.max(
                    0,
                    parameter
                            .layout()
                            .span()
                            .evaluate(name -> symbols[kernel.symbols().indexOf(name)]));
            buffers[i] = fill(parameter, Math.toIntExact(span) + 2 * MARGIN, random);
            offsets[i] = MARGIN;
        }
        return new Data(kernel, buffers, offsets, symbols);
    }

    private static Object fill(Buffer parameter, int length, Random random) {
        boolean segment = parameter.storage() == Buffer.Storage.SEGMENT;
        int bytes = parameter.dtype().bits() / 8;
        MemorySegment memory = Arena.ofAuto().allocate((long) length * bytes);
        for (int i = 0; i < length; i++) {
            put(memory, parameter.dtype(), i, random);
        }
        return segment ? memory : toArray(memory, parameter.dtype());
    }

    private static void put(MemorySegment memory, DType dtype, int index, Random random) {
        switch (dtype) {
            case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) real(random));
            case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, real(random));
            case I64, U64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, index, whole(random, 64));
            case I32, U32 -> memory.setAtIndex(ValueLayout.JAVA_INT, index, (int) whole(random, 32));
            case I16, U16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) whole(random, 16));
            case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) real(random)));
            case BF16 ->
                memory.setAtIndex(
                        ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits((float) real(random)) >>> 16));
            case I8, U8 -> memory.set(ValueLayout.JAVA_BYTE, index, (byte) random.nextInt());
            case BOOL -> memory.set(ValueLayout.JAVA_BYTE, index, (byte) random.nextInt(2));
            default -> throw new IllegalArgumentException("" + dtype);
        }
    }

    /** Mostly moderate, now and then special. */
    private static double real(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> 0.0;
            case 1 -> -0.0;
            case 2 -> random.nextInt(-20, 20) + 0.5;
            case 3 -> random.nextInt(-4, 5);
            case 4 -> random.nextGaussian() * 1e10;
            default -> random.nextGaussian() * 2;
        };
    }

    private static long whole(Random random, int bits) {
        return random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(-100, 100) >> (bits == 64 ? 0 : 1);
    }

    private static Object toArray(MemorySegment memory, DType dtype) {
        return switch (dtype.bits()) {
            case 64 ->
                dtype == DType.F64 ? memory.toArray(ValueLayout.JAVA_DOUBLE) : memory.toArray(ValueLayout.JAVA_LONG);
            case 32 ->
                dtype == DType.F32 ? memory.toArray(ValueLayout.JAVA_FLOAT) : memory.toArray(ValueLayout.JAVA_INT);
            case 16 -> memory.toArray(ValueLayout.JAVA_SHORT);
            default -> memory.toArray(ValueLayout.JAVA_BYTE);
        };
    }

    Data copy() {
        Object[] copies = new Object[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            copies[i] = copy(buffers[i]);
        }
        return new Data(kernel, copies, offsets, symbols);
    }

    private static Object copy(Object buffer) {
        if (buffer instanceof MemorySegment segment) {
            return Arena.ofAuto().allocate(segment.byteSize()).copyFrom(segment);
        }
        int length = Array.getLength(buffer);
        Object copy = Array.newInstance(buffer.getClass().getComponentType(), length);
        System.arraycopy(buffer, 0, copy, 0, length);
        return copy;
    }

    /** Element {@code index} of parameter {@code position}, its margin included, as a boxed number. */
    Number get(int position, int index) {
        DType dtype = kernel.parameters().get(position).dtype();
        Number raw = buffers[position] instanceof MemorySegment segment
                ? (Number) Array.get(toArray(segment, dtype), index)
                : (Number) Array.get(buffers[position], index);
        return switch (dtype) {
            case F16 -> Float.float16ToFloat(raw.shortValue());
            case BF16 -> Float.intBitsToFloat(raw.shortValue() << 16);
            default -> raw;
        };
    }

    int length(int position) {
        return buffers[position] instanceof MemorySegment segment
                ? (int) (segment.byteSize()
                        * 8
                        / kernel.parameters().get(position).dtype().bits())
                : Array.getLength(buffers[position]);
    }
}
