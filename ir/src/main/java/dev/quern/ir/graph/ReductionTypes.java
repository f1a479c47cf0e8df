package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Typing rules of operations that join or order elements along axes. */
final class ReductionTypes {
    private ReductionTypes() {}

    static TensorType reduce(Op.Reduce op, Typing typing) {
        typing.operands(1, 1);
        combiner(op.combiner(), typing);
        return typing.input(0).withShape(without(typing.input(0).shape(), op.axes(), typing));
    }

    private static void combiner(Combiner combiner, Typing typing) {
        DType dtype = typing.input(0).dtype();
        boolean logical = combiner == Combiner.AND || combiner == Combiner.OR;
        typing.check(
                logical ? dtype == DType.BOOL || dtype.isInteger() : dtype.isFloat() || dtype.isInteger(),
                "element type",
                logical ? "booleans or integers" : "numbers",
                dtype);
    }

    private static Shape without(Shape shape, List<Integer> axes, Typing typing) {
        axes.forEach(axis -> typing.axis(axis, shape.rank()));
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!axes.contains(axis)) {
                dims.add(shape.dim(axis));
            }
        }
        return new Shape(dims);
    }

    static TensorType argReduce(Op.ArgReduce op, Typing typing) {
        typing.operands(1, 1);
        typing.notText(0);
        Shape shape = typing.input(0).shape();
        Shape result = without(shape, List.of(op.axis()), typing);
        if (result.dims().stream().noneMatch(extent -> extent.is(0))) {
            typing.atLeast(shape.dim(op.axis()), Dim.ONE, "extent of axis " + op.axis());
        }
        return new TensorType(DType.I64, result);
    }

    static TensorType cumulate(Op.Cumulate op, Typing typing) {
        typing.operands(1, 1);
        combiner(op.combiner(), typing);
        typing.axis(op.axis(), typing.input(0).shape().rank());
        return typing.input(0);
    }

    static List<TensorType> topK(Op.TopK op, Typing typing) {
        typing.operands(1, 1);
        typing.notText(0);
        TensorType x = typing.input(0);
        typing.axis(op.axis(), x.shape().rank());
        typing.atLeast(x.shape().dim(op.axis()), op.count(), "extent of axis " + op.axis());
        Shape shape = x.shape().with(op.axis(), op.count());
        return List.of(x.withShape(shape), new TensorType(DType.I64, shape));
    }

    static TensorType softmax(Op.Softmax op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        typing.check(x.dtype().isFloat(), "element type", "a floating-point type", x.dtype());
        typing.axis(op.axis(), x.shape().rank());
        return x;
    }

    static TensorType normalize(Op.Normalize op, Typing typing) {
        typing.operands(1, 3);
        TensorType x = typing.input(0);
        typing.check(x.dtype().isFloat(), "element type", "a floating-point type", x.dtype());
        typing.axis(op.axis(), x.shape().rank());
        Shape trailing = new Shape(x.shape().dims().subList(op.axis(), x.shape().rank()));
        for (int index = 1; index < typing.count(); index++) {
            typing.sameDType(0, index);
            typing.equal(trailing, typing.input(index).shape(), "shape of operand " + index);
        }
        return x;
    }
}
