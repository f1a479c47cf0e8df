package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Numpy's matrix product as a contraction. A batch axis that one operand lacks, or has with extent 1 against another
 * extent, is dropped there: it is then a free axis of the other, and nothing is broadcast.
 */
final class MatrixProduct {
    private MatrixProduct() {}

    /** A contraction of operands of one type; of 16-bit floats it is f32, for the caller to round when all is done. */
    static Value contract(
            GraphBuilder builder,
            Value left,
            List<String> leftAxes,
            Value right,
            List<String> rightAxes,
            List<String> result) {
        return builder.add(new Op.Contract(leftAxes, rightAxes, result, accumulator(left)), left, right);
    }

    private static DType accumulator(Value operand) {
        DType dtype = operand.type().dtype();
        return RoundedOnce.isNarrow(dtype) ? DType.F32 : dtype;
    }

    /** The product of operands of one type, times {@code factor}. */
    static Value of(Call call, Value left, Value right, double factor) {
        GraphBuilder builder = call.builder();
        Value product = accumulated(call, left, right, accumulator(left));
        Value scaled = factor == 1 ? product : builder.binary(BinaryOp.MUL, product, factor);
        return builder.cast(scaled, left.type().dtype());
    }

    /** The product in {@code accumulate}. */
    static Value accumulated(Call call, Value left, Value right, DType accumulate) {
        GraphBuilder builder = call.builder();
        Shape a = left.type().shape();
        Shape b = right.type().shape();
        if (a.rank() == 0 || b.rank() == 0) {
            throw call.invalid("ranks: expected at least 1, found " + left.type() + " and " + right.type());
        }
        List<String> leftAxes = new ArrayList<>();
        List<String> rightAxes = new ArrayList<>();
        List<String> result = new ArrayList<>();
        List<Dim> leftDims = new ArrayList<>();
        List<Dim> rightDims = new ArrayList<>();
        Shape batches = builder.broadcastShape(batches(a), batches(b));
        for (int batch = 0; batch < batches.rank(); batch++) {
            String name = "b" + batch;
            Dim extent = batches.dim(batch);
            int own = batch - batches.rank() + a.rank() - 2;
            int other = batch - batches.rank() + b.rank() - 2;
            if (own >= 0 && !builder.spreads(a.dim(own), extent)) {
                leftAxes.add(name);
                leftDims.add(a.dim(own));
            }
            if (other >= 0 && !builder.spreads(b.dim(other), extent)) {
                rightAxes.add(name);
                rightDims.add(b.dim(other));
            }
            result.add(name);
        }
        if (a.rank() > 1) {
            leftAxes.add("m");
            leftDims.add(a.dim(-2));
            result.add("m");
        }
        leftAxes.add("k");
        leftDims.add(a.dim(-1));
        rightAxes.add("k");
        rightDims.add(b.dim(b.rank() > 1 ? -2 : -1));
        if (b.rank() > 1) {
            rightAxes.add("n");
            rightDims.add(b.dim(-1));
            result.add("n");
        }
        return builder.add(
                new Op.Contract(leftAxes, rightAxes, result, accumulate),
                builder.reshape(left, new Shape(leftDims)),
                builder.reshape(right, new Shape(rightDims)));
    }

    private static Shape batches(Shape shape) {
        return new Shape(shape.dims().subList(0, Math.max(shape.rank() - 2, 0)));
    }
}
