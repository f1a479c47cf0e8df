package dev.quern.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Against the definition, element by element. */
class StridedCopyTest {
    /** The byte of {@code element} that tells its elements apart. */
    private static long get(MemorySegment memory, int width, long element) {
        long value = 0;
        for (int octet = 0; octet < width; octet++) {
            value = value << 8 | memory.get(ValueLayout.JAVA_BYTE, element * width + octet) & 0xFF;
        }
        return value;
    }

    private static MemorySegment memory(int width, int elements, boolean floats) {
        return floats ? MemorySegment.ofArray(new float[elements]) : MemorySegment.ofArray(new byte[width * elements]);
    }

    /** Strides of a box of {@code shape} whose axes lie in a random order, with gaps now and then; its reach last. */
    private static long[] strides(Random random, long[] shape) {
        int rank = shape.length;
        Integer[] order = new Integer[rank];
        for (int axis = 0; axis < rank; axis++) {
            order[axis] = axis;
        }
        Collections.shuffle(Arrays.asList(order), random);
        long[] strides = new long[rank + 1];
        long next = 1;
        for (int axis : order) {
            strides[axis] = random.nextInt(8) == 0 ? 0 : next;
            next = Math.max(next, strides[axis] * shape[axis]) + (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
        }
        strides[rank] = next;
        return strides;
    }

    /** Lays rows of {@code columns} elements in panels of four columns, one after the other. */
    private static void panels(long[][] places, long columns, long rows) {
        for (int axis = 0; axis < places.length; axis++) {
            for (int i = 0; i < places[axis].length; i++) {
                places[axis][i] = axis == places.length - 1 ? i % 4 + i / 4 * 4 * rows : places[axis][i] / columns * 4;
            }
        }
    }

    private static void check(int width, boolean floats, long[] shape, Random random, String message) {
        long[] found = strides(random, shape);
        long[] strides = Arrays.copyOf(found, shape.length);
        int first = random.nextInt(3);
        long[][] places = StridedCopy.rowMajor(shape);
        int rank = shape.length;
        long total = Arrays.stream(shape).reduce(1, (left, right) -> left * right);
        if (rank > 0 && total > 0 && random.nextBoolean()) {
            panels(places, shape[rank - 1], total / shape[rank - 1]);
        }
        int origin = random.nextInt(3);
        int size = (int) (16 * total + 64);
        MemorySegment source = memory(width, (int) found[rank] + first, false);
        random.ints(source.byteSize(), 0, 256).forEach(new IntConsumer() {
            private long at;

            @Override
            public void accept(int octet) {
                source.set(ValueLayout.JAVA_BYTE, at++, (byte) octet);
            }
        });
        MemorySegment target = memory(width, size + origin, floats).asSlice((long) origin * width);
        MemorySegment expected = memory(width, size, false);
        long[] index = new long[rank];
        for (long count = 0; count < total; count++) {
            long left = count;
            long from = first;
            long to = 0;
            for (int axis = rank - 1; axis >= 0; axis--) {
                index[axis] = left % shape[axis];
                left /= shape[axis];
                from += index[axis] * strides[axis];
                to += places[axis][(int) index[axis]];
            }
            for (int octet = 0; octet < width; octet++) {
                expected.set(
                        ValueLayout.JAVA_BYTE,
                        to * width + octet,
                        source.get(ValueLayout.JAVA_BYTE, from * width + octet));
            }
        }
        new StridedCopy(width, strides, places).copy(source, first, target);
        assertEquals(-1, expected.mismatch(target.asSlice(0, (long) size * width)), message);
        assertEquals(get(expected, width, 0), get(target, width, 0), message);
    }

    @Test
    void boxesOfAnyOrder() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 600; round++) {
            int width = 1 << random.nextInt(4);
            long[] shape = random.longs(random.nextInt(5), 1, 12).toArray();
            if (shape.length > 0 && random.nextInt(20) == 0) {
                shape[random.nextInt(shape.length)] = 0;
            }
            check(
                    width,
                    width == 4 && random.nextInt(3) > 0,
                    shape,
                    random,
                    "seed " + seed + ", round " + round + ", width " + width);
        }
    }

    /** More than is read at once, cut along a far axis, and along one inside of it. */
    @Test
    void largeBoxes() {
        long seed = new Random().nextLong();
        for (long[] shape : new long[][] {{300, 700}, {3, 3, 90, 400}, {2, 200_000}, {200_000, 2}, {2, 3, 150_000}}) {
            for (int round = 0; round < 4; round++) {
                check(4, true, shape, new Random(seed + round), "seed " + (seed + round));
            }
        }
    }
}
