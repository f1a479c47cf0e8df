package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Typing rules of gathers and scatters. */
final class IndexingTypes {
    private IndexingTypes() {}

    static TensorType gather(Op.Gather op, Typing typing) {
        typing.operands(2, 2);
        typing.dtype(1, DType.I64);
        TensorType x = typing.input(0);
        typing.axis(op.axis(), x.shape().rank());
        List<Dim> dims = new ArrayList<>(x.shape().dims().subList(0, op.axis()));
        dims.addAll(typing.input(1).shape().dims());
        dims.addAll(x.shape().dims().subList(op.axis() + 1, x.shape().rank()));
        return x.withShape(new Shape(dims));
    }

    static TensorType gatherElements(Op.GatherElements op, Typing typing) {
        typing.operands(2, 2);
        typing.dtype(1, DType.I64);
        TensorType x = typing.input(0);
        typing.axis(op.axis(), x.shape().rank());
        typing.rank(1, x.shape().rank());
        within(op.axis(), typing);
        return x.withShape(typing.input(1).shape());
    }

    /** Beside the axis that the indices choose along, they stand for positions of the data, which must have as many. */
    private static void within(int chosen, Typing typing) {
        Shape data = typing.input(0).shape();
        Shape indices = typing.input(1).shape();
        for (int axis = 0; axis < data.rank(); axis++) {
            if (axis != chosen) {
                typing.atLeast(data.dim(axis), indices.dim(axis), "extent " + axis + " of the data");
            }
        }
    }

    static TensorType gatherNd(Op.GatherNd op, Typing typing) {
        typing.operands(2, 2);
        typing.dtype(1, DType.I64);
        TensorType x = typing.input(0);
        Shape indices = typing.input(1).shape();
        int depth = depth(indices, op.batchAxes(), x.shape(), typing);
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < op.batchAxes(); axis++) {
            dims.add(typing.equal(x.shape().dim(axis), indices.dim(axis), "batch axis " + axis));
        }
        dims.addAll(indices.dims().subList(op.batchAxes(), indices.rank() - 1));
        dims.addAll(x.shape().dims().subList(op.batchAxes() + depth, x.shape().rank()));
        return x.withShape(new Shape(dims));
    }

    /** Length of the index tuples, which must be known and fit x. */
    private static int depth(Shape indices, int batchAxes, Shape x, Typing typing) {
        typing.check(
                batchAxes >= 0 && batchAxes < Math.max(1, x.rank()), "batch axes", "0 to " + (x.rank() - 1), batchAxes);
        typing.check(indices.rank() > batchAxes, "rank of the indices", "more than " + batchAxes, indices);
        Dim depth = indices.dim(-1);
        typing.check(depth.isConstant(), "last extent of the indices", "a constant", depth);
        typing.check(
                depth.constant() <= x.rank() - batchAxes,
                "last extent of the indices",
                "at most " + (x.rank() - batchAxes),
                depth);
        return (int) depth.constant();
    }

    static TensorType scatterElements(Op.ScatterElements op, Typing typing) {
        typing.operands(3, 3);
        typing.dtype(1, DType.I64);
        typing.sameDType(0, 2);
        TensorType x = typing.input(0);
        typing.axis(op.axis(), x.shape().rank());
        typing.rank(1, x.shape().rank());
        within(op.axis(), typing);
        typing.equal(typing.input(1).shape(), typing.input(2).shape(), "shape of the updates");
        return x;
    }

    static TensorType scatterNd(Typing typing) {
        typing.operands(3, 3);
        typing.dtype(1, DType.I64);
        typing.sameDType(0, 2);
        TensorType x = typing.input(0);
        Shape indices = typing.input(1).shape();
        int depth = depth(indices, 0, x.shape(), typing);
        List<Dim> dims = new ArrayList<>(indices.dims().subList(0, indices.rank() - 1));
        dims.addAll(x.shape().dims().subList(depth, x.shape().rank()));
        typing.equal(new Shape(dims), typing.input(2).shape(), "shape of the updates");
        return x;
    }

    static TensorType update(Op.Update op, Typing typing) {
        typing.operands(2, 3);
        typing.sameDType(0, 1);
        TensorType x = typing.input(0);
        Shape update = typing.input(1).shape();
        typing.rank(1, x.shape().rank());
        typing.axis(op.axis(), x.shape().rank());
        typing.check(op.starts().size() == x.shape().rank(), "starts", x.shape().rank(), op.starts());
        boolean moved = typing.count() == 3;
        if (moved) {
            typing.dtype(2, DType.I64);
            Shape offsets = typing.input(2).shape();
            typing.check(offsets.rank() <= 1, "rank of the offsets", "0 or 1", offsets);
            if (offsets.rank() == 1) {
                typing.equal(update.dim(0), offsets.dim(0), "number of offsets");
            }
        }
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            Dim start = op.starts().get(axis);
            boolean wraps = op.circular() && axis == op.axis();
            typing.atLeast(start, Dim.ZERO, "start on axis " + axis);
            typing.atLeast(
                    x.shape().dim(axis),
                    wraps ? update.dim(axis) : update.dim(axis).plus(start),
                    "extent of x on axis " + axis);
        }
        return x;
    }
}
