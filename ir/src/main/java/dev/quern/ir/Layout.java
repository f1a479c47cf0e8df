package dev.quern.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the elements of a buffer lie: a nested shape:stride per axis, and an optional XOR swizzle of the address.
 *
 * <p>Each axis is a list of {@link Mode}s, innermost first. An index along the axis is split by the modes' extents as in
 * a mixed-radix number; the outermost mode takes what is left. The address is the sum of digit × stride over all modes,
 * in elements. Row-major, channel-blocked (NCHW16c), packed panels and swizzled shared memory are values of this.
 *
 * @param axes the modes of each axis
 * @param swizzle applied to the address, if present
 */
public record Layout(List<List<Mode>> axes, Optional<Swizzle> swizzle) {
    /** A digit of an index and the distance between its neighbours, in elements. */
    public record Mode(Dim extent, Dim stride) {
        @Override
        public String toString() {
            return extent + ":" + stride;
        }
    }

    /**
     * The address with {@code bits} bits, those {@code shift} above {@code base}, XORed into the bits at {@code base}.
     *
     * @param bits number of bits
     * @param base lowest bit changed
     * @param shift distance to the bits read
     */
    public record Swizzle(int bits, int base, int shift) {
        /** The address after the exchange. */
        public long apply(long address) {
            long mask = (1L << bits) - 1;
            return address ^ (((address >> (base + shift)) & mask) << base);
        }
    }

    public Layout {
        axes = axes.stream().map(List::copyOf).toList();
    }

    /** Row-major over {@code shape}. */
    public static Layout rowMajor(Shape shape) {
        return strided(shape, shape.rowMajorStrides());
    }

    /** One mode per axis with the given strides. */
    public static Layout strided(Shape shape, List<Dim> strides) {
        List<List<Mode>> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(List.of(new Mode(shape.dim(axis), strides.get(axis))));
        }
        return new Layout(axes, Optional.empty());
    }

    /**
     * One mode per axis with the given strides, in one form: the stride of an axis of extent 1 is what it would be if the axis were
     * joined to its neighbour, so that a layout whose elements are adjacent is {@link #rowMajor}.
     */
    public static Layout joinable(Shape shape, List<Dim> strides) {
        List<Dim> joined = new ArrayList<>(strides);
        Dim nearest = Dim.ONE;
        for (int axis = 0; axis < shape.rank(); axis++) {
            nearest = shape.dim(axis).is(1) ? nearest : strides.get(axis);
        }
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.dim(axis).is(1)) {
                joined.set(axis, nearest);
            }
            nearest = joined.get(axis).times(shape.dim(axis));
        }
        return strided(shape, joined);
    }

    /**
     * Panels of {@code width} along the last axis of a {@code [rows, columns]} matrix: panel by panel, each row-major, the
     * last one padded.
     */
    public static Layout panels(Dim rows, Dim columns, long width) {
        Dim panel = Dim.of(width);
        return new Layout(
                List.of(
                        List.of(new Mode(rows, panel)),
                        List.of(new Mode(panel, Dim.ONE), new Mode(columns.ceilDiv(panel), rows.times(width)))),
                Optional.empty());
    }

    /** {@link #panels(Dim, Dim, long)} for the last two axes of {@code shape}, of which there must be two, one such matrix after the other for the axes before. */
    public static Layout panels(Shape shape, long width) {
        Layout matrix = panels(shape.dim(-2), shape.dim(-1), width);
        List<List<Mode>> axes = new ArrayList<>(matrix.axes());
        Dim stride = matrix.span();
        for (int axis = shape.rank() - 3; axis >= 0; axis--) {
            axes.addFirst(List.of(new Mode(shape.dim(axis), stride)));
            stride = stride.times(shape.dim(axis));
        }
        return new Layout(axes, Optional.empty());
    }

    /** {@link #panels(Shape, long)} with columns along the axis before the last and rows along the last. */
    public static Layout panelsAlongRows(Shape shape, long width) {
        List<Dim> dims = new ArrayList<>(shape.dims());
        Collections.swap(dims, dims.size() - 2, dims.size() - 1);
        List<List<Mode>> axes = new ArrayList<>(panels(new Shape(dims), width).axes());
        Collections.swap(axes, axes.size() - 2, axes.size() - 1);
        return new Layout(axes, Optional.empty());
    }

    /** Number of axes. */
    public int rank() {
        return axes.size();
    }

    /**
     * Elements that the layout spans when every mode's extent is filled, padding included: of whole blocks where there is
     * a swizzle, which moves elements within a block.
     */
    public Dim span() {
        Dim last = Dim.ZERO;
        for (List<Mode> modes : axes) {
            for (Mode mode : modes) {
                last = last.plus(mode.extent().minus(1).times(mode.stride()));
            }
        }
        Dim span = last.plus(1);
        return swizzle.map(exchange -> Dim.of(1L << exchange.base() + exchange.bits()))
                .map(block -> span.ceilDiv(block).times(block))
                .orElse(span);
    }

    /** The address of an element before swizzling, in elements. */
    public Dim address(List<Dim> indices) {
        if (indices.size() != rank()) {
            throw new IllegalArgumentException(indices.size() + " indices for a layout of rank " + rank());
        }
        Dim address = Dim.ZERO;
        for (int axis = 0; axis < rank(); axis++) {
            Dim left = indices.get(axis);
            List<Mode> modes = axes.get(axis);
            for (int digit = 0; digit < modes.size(); digit++) {
                Mode mode = modes.get(digit);
                boolean last = digit == modes.size() - 1;
                address = address.plus((last ? left : left.mod(mode.extent())).times(mode.stride()));
                left = last ? left : left.floorDiv(mode.extent());
            }
        }
        return address;
    }

    /**
     * The distance between neighbours along each axis, in elements.
     *
     * @throws IllegalStateException if an axis has several modes
     */
    public List<Dim> strides() {
        return axes.stream()
                .map(modes -> {
                    if (modes.size() != 1) {
                        throw new IllegalStateException("an axis of several strides: " + modes);
                    }
                    return modes.getFirst().stride();
                })
                .toList();
    }

    /** Whether this is row-major over {@code shape}. */
    public boolean isRowMajor(Shape shape) {
        return equals(rowMajor(shape));
    }

    /** The text form: {@code layout (M:16) (16:1, floordiv(N + 15, 16):16*M) swizzle(3, 0, 3)}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("layout");
        for (List<Mode> modes : axes) {
            out.append(modes.stream().map(Mode::toString).collect(Collectors.joining(", ", " (", ")")));
        }
        swizzle.ifPresent(exchange -> out.append(" swizzle(")
                .append(exchange.bits())
                .append(", ")
                .append(exchange.base())
                .append(", ")
                .append(exchange.shift())
                .append(')'));
        return out.toString();
    }
}
