package dev.quern.ir;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Copies a box of elements: element (i, j, …) is found by strides in one memory, and its place in the other is the sum of what a table for each
 * axis has for i, j, …. What is read is gone through from its far axes to its near ones, in pieces that a cache keeps, whatever the order of the axes.
 * It is written for code that is interpreted, as it is while a model is loaded: floats go through an array, which takes a few bytecodes an
 * element where a memory segment takes a hundred.
 */
public final class StridedCopy {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Floats that are read at once. */
    private static final int PIECE = 1 << 14;

    /** The same where neighbours are far apart, so that more of them are in one piece. */
    private static final int LARGE_PIECE = 1 << 17;

    private static final int SHORTEST_BULK_RUN = 8;

    private final int width;
    private final long[] strides;
    private final long[][] places;
    private final int[] farthestFirst;

    /** The axis along which elements are copied together: the last, whose places are next to each other if any are. */
    private final int inner;

    /** Where along that axis runs of neighbouring places end. */
    private final int[] runs;

    /**
     * Of elements of {@code width} bytes: 1, 2, 4 or 8.
     *
     * @param strides distance of neighbours along each axis in what is read, in elements; not negative
     * @param places of each index of each axis in what is written, in elements
     */
    public StridedCopy(int width, long[] strides, long[][] places) {
        if (Integer.bitCount(width) != 1 || width > Long.BYTES) {
            throw new IllegalArgumentException("elements of " + width + " bytes");
        }
        this.width = width;
        this.strides = strides;
        this.places = places;
        this.inner = places.length - 1;
        this.farthestFirst = farthestFirst(strides);
        this.runs = inner < 0 ? new int[0] : runs(places[inner]);
    }

    /** The places of row-major elements of {@code shape}. */
    public static long[][] rowMajor(long[] shape) {
        long[][] tables = new long[shape.length][];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            tables[axis] = new long[Math.toIntExact(shape[axis])];
            for (int i = 0; i < tables[axis].length; i++) {
                tables[axis][i] = i * stride;
            }
            stride *= shape[axis];
        }
        return tables;
    }

    /** The axes, those of the longest strides first; among equals the first first. */
    private static int[] farthestFirst(long[] strides) {
        int[] order = new int[strides.length];
        for (int axis = 0; axis < order.length; axis++) {
            int at = axis;
            while (at > 0 && strides[order[at - 1]] < strides[axis]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = axis;
        }
        return order;
    }

    private static int[] runs(long[] places) {
        int[] ends = new int[places.length];
        int count = 0;
        for (int end = 1; end <= places.length; end++) {
            if (end == places.length || places[end] != places[end - 1] + 1) {
                ends[count++] = end;
            }
        }
        return Arrays.copyOf(ends, count);
    }

    /**
     * Copies all.
     *
     * @param first the element of {@code source} that all indices 0 find
     */
    public void copy(MemorySegment source, long first, MemorySegment target) {
        for (long[] table : places) {
            if (table.length == 0) {
                return;
            }
        }
        if (places.length == 0) {
            MemorySegment.copy(source, first * width, target, 0, width);
            return;
        }
        Optional<Object> array = target.heapBase();
        if (width == Float.BYTES && array.isPresent() && array.get() instanceof float[] floats) {
            int origin = Math.toIntExact(target.address() / Float.BYTES);
            new FloatPieces(source, floats, origin).pieces(0, first, first);
        } else {
            new SegmentElements(source, target).box(0, first, 0);
        }
    }

    /** A part of the box, axis by axis. */
    private abstract class BoxPart {
        final int[] start = new int[places.length];
        final int[] end = new int[places.length];

        BoxPart() {
            for (int axis = 0; axis < places.length; axis++) {
                end[axis] = places[axis].length;
            }
        }

        /**
         * Copies what the axes from {@code depth} on span.
         *
         * @param from where the indices of the axes before find their elements, in elements
         * @param to where these have their places
         */
        final void box(int depth, long from, long to) {
            if (depth == farthestFirst.length) {
                row(from, to);
                return;
            }
            int axis = farthestFirst[depth];
            if (axis == inner) {
                box(depth + 1, from, to);
                return;
            }
            for (int i = start[axis]; i < end[axis]; i++) {
                box(depth + 1, from + i * strides[axis], to + places[axis][i]);
            }
        }

        /** Copies what there is along the inner axis. */
        abstract void row(long from, long to);
    }

    /** Of any width, from memory to memory. */
    private final class SegmentElements extends BoxPart {
        private final MemorySegment source;
        private final MemorySegment target;

        SegmentElements(MemorySegment source, MemorySegment target) {
            this.source = source;
            this.target = target;
        }

        @Override
        void row(long from, long to) {
            long stride = strides[inner];
            long[] table = places[inner];
            switch (width) {
                case 8 -> {
                    for (int i = 0; i < table.length; i++) {
                        target.set(LONG, (to + table[i]) * 8, source.get(LONG, (from + i * stride) * 8));
                    }
                }
                case 4 -> {
                    for (int i = 0; i < table.length; i++) {
                        target.set(INT, (to + table[i]) * 4, source.get(INT, (from + i * stride) * 4));
                    }
                }
                case 2 -> {
                    for (int i = 0; i < table.length; i++) {
                        target.set(SHORT, (to + table[i]) * 2, source.get(SHORT, (from + i * stride) * 2));
                    }
                }
                default -> {
                    for (int i = 0; i < table.length; i++) {
                        byte element = source.get(ValueLayout.JAVA_BYTE, from + i * stride);
                        target.set(ValueLayout.JAVA_BYTE, to + table[i], element);
                    }
                }
            }
        }
    }

    /** To an array of floats, read piece by piece. */
    private final class FloatPieces extends BoxPart {
        private final MemorySegment source;
        private final float[] target;
        private final int origin;
        private final int most = strides[inner] == 1 ? PIECE : LARGE_PIECE;
        private float[] piece = new float[0];

        FloatPieces(MemorySegment source, float[] target, int origin) {
            this.source = source;
            this.target = target;
            this.origin = origin;
        }

        /** Copies the part, which begins at {@code from} once the axes before {@code depth} have been cut to one index each. */
        void pieces(int depth, long from, long first) {
            int axis = farthestFirst[depth];
            int extent = places[axis].length;
            long stride = strides[axis];
            long below = reach(depth + 1);
            boolean isCut = below >= most && depth + 1 < farthestFirst.length;
            int together = isCut ? 1 : together(most - below, stride, extent);
            for (int i = 0; i < extent; i += together) {
                start[axis] = i;
                end[axis] = Math.min(extent, i + together);
                long begin = from + i * stride;
                if (isCut) {
                    pieces(depth + 1, begin, first);
                } else {
                    read(begin, Math.toIntExact((end[axis] - 1 - i) * stride + below + 1));
                    box(0, first - begin, 0);
                }
            }
            start[axis] = 0;
            end[axis] = extent;
        }

        private void read(long from, int length) {
            if (piece.length < length) {
                piece = new float[length];
            }
            MemorySegment.copy(source, FLOAT, from * Float.BYTES, piece, 0, length);
        }

        @Override
        void row(long from, long to) {
            int in = (int) from;
            int out = origin + (int) to;
            long[] table = places[inner];
            if (strides[inner] != 1) {
                scatter(piece, in, (int) strides[inner], target, out, table, start[inner], end[inner]);
                return;
            }
            int begin = start[inner];
            for (int run = 0; begin < end[inner]; run++) {
                int stop = Math.min(runs[run], end[inner]);
                if (stop - begin >= SHORTEST_BULK_RUN) {
                    System.arraycopy(piece, in + begin, target, out + (int) table[begin], stop - begin);
                } else {
                    scatter(piece, in, 1, target, out, table, begin, stop);
                }
                begin = Math.max(begin, stop);
            }
        }
    }

    /** How far the last element of the axes from {@code depth} on is from their first. */
    private long reach(int depth) {
        long reach = 0;
        for (int at = depth; at < farthestFirst.length; at++) {
            reach += (places[farthestFirst[at]].length - 1) * strides[farthestFirst[at]];
        }
        return reach;
    }

    /** How many indices of an axis are read at once. */
    private static int together(long room, long stride, int extent) {
        return stride == 0 ? extent : (int) Math.clamp(room / stride, 1L, extent);
    }

    private static void scatter(
            float[] in, int from, int stride, float[] out, int to, long[] places, int start, int end) {
        for (int i = start; i < end; i++) {
            out[to + (int) places[i]] = in[from + i * stride];
        }
    }
}
