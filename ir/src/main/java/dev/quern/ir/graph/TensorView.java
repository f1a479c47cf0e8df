package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.StridedCopy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A tensor that is another one's elements in another order: element (i, j, …) is number {@code i*strides[0] + j*strides[1] + …} of {@code source}. Nothing
 * is moved until somebody asks for a copy.
 *
 * @param source with elements of whole bytes, 8 at most
 * @param shape extents, for as many elements as {@code source} has, which is one at least
 * @param strides distance of neighbours along each axis, in elements; none of them negative
 */
public record TensorView(Tensor source, List<Long> shape, List<Long> strides) {
    /** Copies above this are in native memory. */
    private static final long HEAP_BYTES = 1 << 20;

    public TensorView {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (!takes(source.dtype()) || shape.size() != strides.size()) {
            throw new IllegalArgumentException("no view of " + source + " as " + shape + " by " + strides);
        }
        long last = 0;
        for (int axis = 0; axis < shape.size(); axis++) {
            long steps = shape.get(axis) - 1;
            long stride = strides.get(axis);
            if (steps < 0 || stride < 0 || steps > 0 && stride > (source.elements() - 1 - last) / steps) {
                throw new IllegalArgumentException(shape + " by " + strides + " is not inside of " + source);
            }
            last += steps * stride;
        }
        if (Tensor.count(longs(shape)) != source.elements()) {
            throw new IllegalArgumentException(shape + " is not for the elements of " + source);
        }
    }

    /** Whether elements of {@code dtype} can be moved one by one. */
    public static boolean takes(DType dtype) {
        return dtype != DType.STRING
                && dtype.bits() >= Byte.SIZE
                && dtype.bits() <= Long.SIZE
                && Integer.bitCount(dtype.bits()) == 1;
    }

    /** All of {@code source} as it is; none where its elements cannot be moved, or there are none. */
    static Optional<TensorView> of(Tensor source) {
        if (!takes(source.dtype()) || source.elements() == 0) {
            return Optional.empty();
        }
        List<Long> shape = new ArrayList<>();
        for (long extent : source.shape()) {
            shape.add(extent);
        }
        return Optional.of(new TensorView(source, shape, rowMajor(shape)));
    }

    private static List<Long> rowMajor(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.get(axis);
        }
        return List.of(strides);
    }

    /** Element type. */
    public DType dtype() {
        return source.dtype();
    }

    long[] extents() {
        return longs(shape);
    }

    private static long[] longs(List<Long> list) {
        long[] longs = new long[list.size()];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = list.get(i);
        }
        return longs;
    }

    /** With its axes in the order of {@code permutation}. */
    TensorView transposed(List<Integer> permutation) {
        List<Long> extents = new ArrayList<>();
        List<Long> distances = new ArrayList<>();
        for (int axis : permutation) {
            extents.add(shape.get(axis));
            distances.add(strides.get(axis));
        }
        return new TensorView(source, extents, distances);
    }

    /**
     * The same elements in the same order under another shape of as many; none if strides cannot say where they are. Axes of one element take no part;
     * as few of the others as have equally many elements on both sides are matched, which have to be neighbours by their strides where they are joined.
     */
    Optional<TensorView> reshaped(List<Long> to) {
        List<Integer> real = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            if (shape.get(axis) != 1) {
                real.add(axis);
            }
        }
        List<Long> distances = new ArrayList<>(Collections.nCopies(to.size(), 1L));
        int from = 0;
        for (int axis = 0; axis < to.size(); ) {
            if (to.get(axis) == 1) {
                axis++;
                continue;
            }
            int first = from;
            int begin = axis;
            long before = shape.get(real.get(from++));
            long after = to.get(axis++);
            while (before != after) {
                if (after < before) {
                    after *= to.get(axis++);
                } else {
                    before *= shape.get(real.get(from++));
                }
            }
            for (int at = first; at < from - 1; at++) {
                int next = real.get(at + 1);
                if (strides.get(real.get(at)) != shape.get(next) * strides.get(next)) {
                    return Optional.empty();
                }
            }
            long distance = strides.get(real.get(from - 1));
            for (int at = axis - 1; at >= begin; at--) {
                distances.set(at, distance);
                distance *= to.get(at);
            }
        }
        return Optional.of(new TensorView(source, to, distances));
    }

    /** Whether it is {@code source} under another shape. */
    boolean isRowMajor() {
        long next = 1;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            if (shape.get(axis) != 1 && strides.get(axis) != next) {
                return false;
            }
            next *= shape.get(axis);
        }
        return next == source.elements();
    }

    /** The byte at {@code position} of the elements, were they row-major. */
    byte octet(long position) {
        int width = dtype().bits() / Byte.SIZE;
        long left = position / width;
        long element = 0;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            element += left % shape.get(axis) * strides.get(axis);
            left /= shape.get(axis);
        }
        return source.segment().get(ValueLayout.JAVA_BYTE, element * width + position % width);
    }

    /** The elements moved, row-major. */
    Tensor copy() {
        long[] extents = extents();
        long bytes = dtype().byteSize(Tensor.count(extents));
        MemorySegment target = bytes > HEAP_BYTES
                ? Arena.ofAuto().allocate(bytes, Long.BYTES)
                : MemorySegment.ofArray(new long[Math.toIntExact(Math.ceilDiv(bytes, Long.BYTES))])
                        .asSlice(0, bytes);
        new StridedCopy(dtype().bits() / Byte.SIZE, longs(strides), StridedCopy.rowMajor(extents))
                .copy(source.segment(), 0, target);
        return Tensor.of(target, dtype(), extents);
    }
}
