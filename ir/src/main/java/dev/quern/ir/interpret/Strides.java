package dev.quern.ir.interpret;

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

    /** Copies a box of {@code shape} between two strided tensors. */
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
        long run = length;
        long toStep = toStrides[rank - 1];
        long fromStep = fromStrides[rank - 1];
        walk(
                shape,
                inner,
                fromStart,
                fromStrides,
                toStart,
                toStrides,
                (f, t) -> to.copy(t, toStep, from, f, fromStep, run));
    }
}
