package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Row-major arithmetic on indices. */
final class Indexing {
    private Indexing() {}

    /** The row-major position of {@code indices} in {@code shape}. */
    static Dim linear(List<Dim> indices, Shape shape) {
        Dim at = Dim.ZERO;
        for (int axis = 0; axis < shape.rank(); axis++) {
            at = at.times(shape.dim(axis)).plus(indices.get(axis));
        }
        return at;
    }

    /**
     * The indices in {@code shape} of a row-major position. Quotients are taken one after another, innermost first, so that
     * {@link #linear} of the result is {@code at} again by cancellation.
     */
    static List<Dim> split(Dim at, Shape shape, DimRanges ranges) {
        List<Dim> indices = new ArrayList<>();
        Dim left = at;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            Dim extent = shape.dim(axis);
            if (extent.is(1)) {
                indices.add(Dim.ZERO);
                continue;
            }
            if (extent.is(0)) {
                indices.add(Dim.ZERO);
                left = Dim.ZERO;
                continue;
            }
            boolean outermost = true;
            for (int outer = 0; outer < axis; outer++) {
                outermost &= shape.dim(outer).is(1);
            }
            Dim quotient = outermost ? Dim.ZERO : ranges.simplify(left.floorDiv(extent));
            indices.add(left.minus(extent.times(quotient)));
            left = quotient;
        }
        Collections.reverse(indices);
        return List.copyOf(indices);
    }

    /**
     * The indices in {@code to} of the element of {@code from} at {@code indices}, both row-major over the same elements. First and last axes
     * that are the same in both keep their indices.
     */
    static List<Dim> reshape(List<Dim> indices, Shape from, Shape to, DimRanges ranges) {
        int least = Math.min(from.rank(), to.rank());
        int first = 0;
        while (first < least && isSame(from.dim(first), to.dim(first))) {
            first++;
        }
        int last = 0;
        while (last < least - first && isSame(from.dim(from.rank() - 1 - last), to.dim(to.rank() - 1 - last))) {
            last++;
        }
        Shape inner = new Shape(from.dims().subList(first, from.rank() - last));
        List<Dim> middle = indices.subList(first, from.rank() - last);
        List<Dim> reshaped = new ArrayList<>(indices.subList(0, first));
        reshaped.addAll(split(linear(middle, inner), new Shape(to.dims().subList(first, to.rank() - last)), ranges));
        reshaped.addAll(indices.subList(from.rank() - last, from.rank()));
        return List.copyOf(reshaped);
    }

    /** Whether both are one extent, and not that of an axis without elements, which tells nothing of the axes beside it. */
    private static boolean isSame(Dim left, Dim right) {
        return left.equals(right) && !left.is(0);
    }

    /** Zeros for every axis. */
    static List<Dim> zeros(int rank) {
        return Collections.nCopies(rank, Dim.ZERO);
    }
}
