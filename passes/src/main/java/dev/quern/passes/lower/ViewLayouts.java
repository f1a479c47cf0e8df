package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Where the elements of views lie in what they view, and those of the parts of a concatenation in the whole. */
final class ViewLayouts {
    private ViewLayouts() {}

    /**
     * Where the result of view {@code node} lies in its operand; empty if no positive strides say it: broadcast elements, axes taken
     * backwards, and axes joined that lie apart.
     *
     * @param layout the operand's
     */
    static Optional<Laid> of(Node node, Layout layout) {
        Shape from = node.input(0).type().shape();
        Shape to = node.output().type().shape();
        return switch ((Op.View) node.op()) {
            case Op.Reshape reshape -> reshaped(from, layout, to);
            case Op.Transpose(List<Integer> permutation) ->
                keepsOrder(permutation, from)
                        ? reshaped(from, layout, to)
                        : Optional.of(transposed(permutation, to, layout));
            case Op.Broadcast broadcast ->
                from.elements().equals(to.elements()) ? reshaped(from, layout, to) : Optional.empty();
            case Op.Slice slice ->
                slice.steps().stream().allMatch(step -> step > 0)
                        ? Optional.of(box(slice.starts(), slice.steps(), to, layout))
                        : Optional.empty();
        };
    }

    private static Laid transposed(List<Integer> permutation, Shape to, Layout layout) {
        List<Dim> strides = layout.strides();
        return new Laid(
                Dim.ZERO,
                Layout.joinable(to, permutation.stream().map(strides::get).toList()));
    }

    private static boolean keepsOrder(List<Integer> permutation, Shape from) {
        int last = -1;
        for (int axis : permutation) {
            if (!from.dim(axis).is(1)) {
                if (axis < last) {
                    return false;
                }
                last = axis;
            }
        }
        return true;
    }

    /** Where part {@code part} of a concatenation lies in its result, itself laid out by {@code layout}. */
    static Laid part(Node node, int axis, int part, Layout layout) {
        List<Dim> starts = new ArrayList<>(Indexing.zeros(layout.rank()));
        for (int earlier = 0; earlier < part; earlier++) {
            starts.set(
                    axis,
                    starts.get(axis).plus(node.input(earlier).type().shape().dim(axis)));
        }
        return box(starts, node.input(part).type().shape(), layout);
    }

    /** Where the operand of a padding lies in its result, itself laid out by {@code layout}. */
    static Laid padded(Node node, Op.Pad pad, Layout layout) {
        return box(pad.before(), node.input(0).type().shape(), layout);
    }

    private static Laid box(List<Dim> starts, Shape shape, Layout layout) {
        return box(starts, Collections.nCopies(shape.rank(), 1L), shape, layout);
    }

    /** The elements from {@code starts} on, every {@code steps}-th along each axis. */
    private static Laid box(List<Dim> starts, List<Long> steps, Shape shape, Layout layout) {
        List<Dim> strides = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            strides.add(layout.strides().get(axis).times(steps.get(axis)));
        }
        return new Laid(layout.address(starts), Layout.joinable(shape, strides));
    }

    /**
     * The layout of the same elements in the same order under another shape. Axes are taken in groups of as many elements in
     * either shape; those of a group of {@code from} must be neighbours in memory.
     */
    static Optional<Laid> reshaped(Shape from, Layout layout, Shape to) {
        if (layout.isRowMajor(from)) {
            return Optional.of(new Laid(Dim.ZERO, Layout.rowMajor(to)));
        }
        List<Dim> strides = layout.strides();
        List<Dim> result = new ArrayList<>(Indexing.zeros(to.rank()));
        int fromAxis = from.rank() - 1;
        int toAxis = to.rank() - 1;
        while (fromAxis >= 0) {
            Dim stride = strides.get(fromAxis);
            Dim left = from.dim(fromAxis);
            Dim right = Dim.ONE;
            boolean equal = left.is(1);
            while (!equal) {
                if (toAxis >= 0 && (right.is(1) || divides(right.times(to.dim(toAxis)), left))) {
                    result.set(toAxis, stride.times(right));
                    right = right.times(to.dim(toAxis--));
                } else if (fromAxis > 0 && strides.get(fromAxis - 1).equals(stride.times(left))) {
                    left = left.times(from.dim(--fromAxis));
                } else {
                    return Optional.empty();
                }
                equal = left.equals(right);
            }
            fromAxis--;
        }
        for (int axis = toAxis; axis >= 0; axis--) {
            if (!to.dim(axis).is(1)) {
                return Optional.empty();
            }
        }
        return Optional.of(new Laid(Dim.ZERO, Layout.joinable(to, result)));
    }

    private static boolean divides(Dim factor, Dim product) {
        return product.equals(factor)
                || !factor.is(0) && !product.is(0) && product.mod(factor).is(0);
    }
}
