package dev.quern.ir.interpret;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Row-major index arithmetic over extents. */
final class Strides {
    private Strides() {}

    /** Distances between neighbours along each axis. */
    static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /** Product of the extents of axes {@code [from, to)}. */
    static long product(long[] shape, int from, int to) {
        long product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= shape[axis];
        }
        return product;
    }

    static boolean isEmpty(long[] shape) {
        for (long extent : shape) {
            if (extent == 0) {
                return true;
            }
        }
        return false;
    }

    /** Takes an offset in each of two tensors. */
    @FunctionalInterface
    interface OffsetPair {
        void at(long left, long right);
    }

    /**
     * Visits all indices of {@code shape} but those of its last {@code inner} axes, in order, with the offsets that the strides
     * give.
     */
    static void walk(
            long[] shape, int inner, long left, long[] leftStrides, long right, long[] rightStrides, OffsetPair rows) {
        if (isEmpty(shape)) {
            return;
        }
        int rank = shape.length - inner;
        long[] index = new long[Math.max(rank, 0)];
        long l = left;
        long r = right;
        while (true) {
            rows.at(l, r);
            int axis = rank - 1;
            for (; axis >= 0; axis--) {
                l += leftStrides[axis];
                r += rightStrides[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                l -= leftStrides[axis] * shape[axis];
                r -= rightStrides[axis] * shape[axis];
                index[axis] = 0;
            }
            if (axis < 0) {
                return;
            }
        }
    }

    /** Elements of a run that are copied before the next runs are, where they are far apart in what is read: these then have the lines that were fetched for it. */
    private static final long BLOCK = 64;

    /** Copies a box of {@code shape} between two strided tensors, in no particular order. */
    static void copy(
            long[] shape,
            TensorElements from,
            long fromStart,
            long[] fromStrides,
            TensorElements to,
            long toStart,
            long[] toStrides) {
        int rank = shape.length;
        if (rank == 0) {
            to.copy(toStart, from, fromStart);
            return;
        }
        int inner = 1;
        long length = shape[rank - 1];
        while (inner < rank
                && fromStrides[rank - inner - 1] == fromStrides[rank - inner] * shape[rank - inner]
                && toStrides[rank - inner - 1] == toStrides[rank - inner] * shape[rank - inner]) {
            inner++;
            length *= shape[rank - inner];
        }
        long toStep = toStrides[rank - 1];
        long fromStep = fromStrides[rank - 1];
        if (Math.abs(fromStep) <= 1) {
            long run = length;
            walk(
                    shape,
                    inner,
                    fromStart,
                    fromStrides,
                    toStart,
                    toStrides,
                    (f, t) -> to.copy(t, toStep, from, f, fromStep, run));
            return;
        }
        int[] order = farthestFirst(fromStrides, rank - inner);
        long[] outer = gathered(shape, order);
        long[] fromOuter = gathered(fromStrides, order);
        long[] toOuter = gathered(toStrides, order);
        for (long start = 0; start < length; start += BLOCK) {
            long run = Math.min(BLOCK, length - start);
            walk(
                    outer,
                    0,
                    fromStart + start * fromStep,
                    fromOuter,
                    toStart + start * toStep,
                    toOuter,
                    (f, t) -> to.copy(t, toStep, from, f, fromStep, run));
        }
    }

    /** The first {@code count} axes, those of the longest strides first. */
    private static int[] farthestFirst(long[] strides, int count) {
        return IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingLong(axis -> -Math.abs(strides[axis])))
                .mapToInt(axis -> axis)
                .toArray();
    }

    private static long[] gathered(long[] values, int[] axes) {
        return Arrays.stream(axes).mapToLong(axis -> values[axis]).toArray();
    }
}
