package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Typing rules of operations that move elements and compute none, and of interpolation. */
final class MovementTypes {
    private MovementTypes() {}

    static TensorType reshape(Op.Reshape op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        typing.equal(x.shape().elements(), op.shape().elements(), "elements of " + op.shape() + " from " + x.shape());
        return x.withShape(op.shape());
    }

    static TensorType transpose(Op.Transpose op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        List<Dim> dims = new ArrayList<>();
        typing.check(
                op.permutation().size() == x.shape().rank(), "axes", x.shape().rank(), op.permutation());
        for (int axis : op.permutation()) {
            dims.add(x.shape().dim(axis));
        }
        return x.withShape(new Shape(dims));
    }

    static TensorType broadcast(Op.Broadcast op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        int lead = op.shape().rank() - x.shape().rank();
        typing.check(lead >= 0, "rank of the target", "at least " + x.shape().rank(), op.shape());
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (!x.shape().dim(axis).is(1)) {
                typing.equal(x.shape().dim(axis), op.shape().dim(lead + axis), "broadcast of axis " + axis);
            }
        }
        return x.withShape(op.shape());
    }

    static TensorType slice(Op.Slice op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        int rank = x.shape().rank();
        typing.check(op.shape().rank() == rank, "axes", rank, op.shape());
        for (int axis = 0; axis < rank; axis++) {
            Dim count = op.shape().dim(axis);
            if (count.is(0)) {
                continue;
            }
            Dim first = op.starts().get(axis);
            Dim last = first.plus(count.minus(1).times(op.steps().get(axis)));
            for (Dim read : List.of(first, last)) {
                boolean outside = read.isConstant() && read.constant() < 0 && count.isConstant()
                        || read.minus(x.shape().dim(axis)).isConstant()
                                && read.minus(x.shape().dim(axis)).constant() >= 0
                                && count.isConstant();
                typing.check(
                        !outside,
                        "index on axis " + axis,
                        "0 to " + x.shape().dim(axis).minus(1),
                        read);
            }
        }
        return x.withShape(op.shape());
    }

    static TensorType concat(Op.Concat op, Typing typing) {
        typing.operands(1, Integer.MAX_VALUE);
        TensorType first = typing.input(0);
        typing.axis(op.axis(), first.shape().rank());
        Dim length = Dim.ZERO;
        Shape others = first.shape();
        for (int index = 0; index < typing.count(); index++) {
            typing.sameDType(0, index);
            typing.rank(index, first.shape().rank());
            Dim part = typing.input(index).shape().dim(op.axis());
            length = length.plus(part);
            others = typing.equal(
                    others.with(op.axis(), part), typing.input(index).shape(), "shape of operand " + index);
        }
        return first.withShape(others.with(op.axis(), length));
    }

    static TensorType pad(Op.Pad op, Typing typing) {
        boolean filled = op.mode() == Op.PadMode.CONSTANT;
        typing.operands(filled ? 2 : 1, filled ? 2 : 1);
        TensorType x = typing.input(0);
        int rank = x.shape().rank();
        typing.check(op.before().size() == rank, "axes", rank, op.before() + " and " + op.after());
        if (filled) {
            typing.rank(1, 0);
            typing.sameDType(0, 1);
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            typing.atLeast(op.before().get(axis), Dim.ZERO, "padding before axis " + axis);
            typing.atLeast(op.after().get(axis), Dim.ZERO, "padding after axis " + axis);
            dims.add(x.shape()
                    .dim(axis)
                    .plus(op.before().get(axis))
                    .plus(op.after().get(axis)));
        }
        return x.withShape(new Shape(dims));
    }

    static TensorType resize(Op.Resize op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        int rank = x.shape().rank();
        typing.check(op.shape().rank() == rank, "axes", rank, op.shape());
        boolean fromNothing = x.shape().dims().stream().anyMatch(dim -> dim.is(0));
        boolean toNothing = op.shape().dims().stream().anyMatch(dim -> dim.is(0));
        typing.check(!fromNothing || toNothing, "elements to resize", "some", x.shape());
        return x.withShape(op.shape());
    }
}
