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

    /** The indices in {@code to} of the element of {@code from} at {@code indices}, both row-major over the same elements. */
    static List<Dim> reshape(List<Dim> indices, Shape from, Shape to, DimRanges ranges) {
        return from.equals(to) ? indices : split(linear(indices, from), to, ranges);
    }

    /** Zeros for every axis. */
    static List<Dim> zeros(int rank) {
        return Collections.nCopies(rank, Dim.ZERO);
    }
}
