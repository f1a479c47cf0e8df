package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Scatters whose constant indices count through a box, as exporters spell {@code x[a:b, c:d] = u}. */
final class ScattersOfBoxes {
    static final List<Rule> ALL = List.of(
            new Rule(
                    "scatter_elements(x, i, u) = update(x, u) where i counts up along the axis",
                    ScattersOfBoxes::elements),
            new Rule("scatter_nd(x, i, u) = update(x, u) where i counts through a box", ScattersOfBoxes::tuples));

    private ScattersOfBoxes() {}

    private static Optional<Value> elements(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.ScatterElements(int axis, Op.ScatterMode mode))
                || mode != Op.ScatterMode.OVERWRITE) {
            return Optional.empty();
        }
        Optional<long[]> indices = indices(node, rewriting);
        Optional<long[]> shape = node.input(1).type().shape().asConstant();
        Dim extent = node.input(0).type().shape().dim(axis);
        if (indices.isEmpty() || shape.isEmpty() || indices.get().length == 0) {
            return Optional.empty();
        }
        long inner = 1;
        for (int after = axis + 1; after < shape.get().length; after++) {
            inner *= shape.get()[after];
        }
        Optional<Dim> start = fromStart(indices.get()[0], extent);
        for (int at = 0; at < indices.get().length; at++) {
            long along = at / inner % shape.get()[axis];
            Optional<Dim> index = fromStart(indices.get()[at], extent);
            if (start.isEmpty()
                    || index.isEmpty()
                    || !index.get().equals(start.get().plus(along))) {
                return Optional.empty();
            }
        }
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.get().length, Dim.ZERO));
        starts.set(axis, start.get());
        return update(node, starts, axis, node.input(2), rewriting);
    }

    private static Optional<Value> tuples(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.ScatterNd(Op.ScatterMode mode)) || mode != Op.ScatterMode.OVERWRITE) {
            return Optional.empty();
        }
        Shape x = node.input(0).type().shape();
        Optional<long[]> indices = indices(node, rewriting);
        int depth = (int) node.input(1).type().shape().dim(-1).constant();
        if (indices.isEmpty() || depth == 0 || indices.get().length == 0) {
            return Optional.empty();
        }
        List<Dim> starts = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
        long[] box = new long[depth];
        int last = indices.get().length - depth;
        for (int entry = 0; entry < depth; entry++) {
            box[entry] = indices.get()[last + entry] - indices.get()[entry] + 1;
            Optional<Dim> start = fromStart(indices.get()[entry], x.dim(entry));
            if (start.isEmpty() || box[entry] < 1) {
                return Optional.empty();
            }
            starts.set(entry, start.get());
        }
        if (!countsThrough(indices.get(), box)) {
            return Optional.empty();
        }
        List<Dim> extents = new ArrayList<>();
        for (long extent : box) {
            extents.add(Dim.of(extent));
        }
        extents.addAll(x.dims().subList(depth, x.rank()));
        Shape shape = new Shape(extents);
        Value values = node.input(2);
        if (!fits(x, starts, shape)) {
            return Optional.empty();
        }
        Value update = values.type().shape().equals(shape)
                ? values
                : rewriting.emit(new Op.Reshape(shape), node.origin(), values);
        return update(node, starts, 0, update, rewriting);
    }

    /** Whether the tuples are the indices of a box of extents {@code box} in order, counted from the first. */
    private static boolean countsThrough(long[] tuples, long[] box) {
        long count = 1;
        for (long extent : box) {
            count *= Math.min(extent, tuples.length);
        }
        if (count * box.length != tuples.length) {
            return false;
        }
        for (int tuple = 0; tuple < count; tuple++) {
            long rest = tuple;
            for (int entry = box.length - 1; entry >= 0; entry--) {
                if (tuples[tuple * box.length + entry] - tuples[entry] != rest % box[entry]) {
                    return false;
                }
                rest /= box[entry];
            }
        }
        return true;
    }

    private static Optional<long[]> indices(Node node, Rewriting rewriting) {
        return rewriting.constant(node.input(1)).map(tensor -> tensor.toLongArray());
    }

    /** {@code index} counted from the start of an axis; empty if that is not a number. */
    private static Optional<Dim> fromStart(long index, Dim extent) {
        if (index >= 0) {
            return Optional.of(Dim.of(index));
        }
        return extent.isConstant() && extent.constant() + index >= 0
                ? Optional.of(Dim.of(extent.constant() + index))
                : Optional.empty();
    }

    private static Optional<Value> update(Node node, List<Dim> starts, int axis, Value update, Rewriting rewriting) {
        return fits(node.input(0).type().shape(), starts, update.type().shape())
                ? Optional.of(rewriting.emit(new Op.Update(starts, axis, false), node.origin(), node.input(0), update))
                : Optional.empty();
    }

    /** Whether the box surely lies within {@code x}: a check while the model runs would be lost. */
    private static boolean fits(Shape x, List<Dim> starts, Shape box) {
        for (int axis = 0; axis < x.rank(); axis++) {
            if (!DimRanges.NONE.atMost(starts.get(axis).plus(box.dim(axis)), x.dim(axis))) {
                return false;
            }
        }
        return true;
    }
}
