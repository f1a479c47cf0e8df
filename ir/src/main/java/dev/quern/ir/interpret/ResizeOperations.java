package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;

/** ONNX Resize, one axis after the other: each result element along an axis is a weighted sum of a few elements, in f64. */
final class ResizeOperations {
    private ResizeOperations() {}

    static Tensor resize(Op.Resize op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] outShape = call.shape(op.shape());
        ResizeAxis[] axes = new ResizeAxis[shape.length];
        call.checked(call.operand(0).dtype(), outShape);
        if (Strides.isEmpty(outShape)) {
            return call.allocate(call.operand(0).dtype(), outShape).tensor(outShape);
        }
        if (Strides.isEmpty(shape)) {
            throw call.invalid("cannot resize a tensor of no elements to some");
        }
        for (int axis = 0; axis < shape.length; axis++) {
            axes[axis] = new ResizeAxis(
                    op.rule(),
                    shape[axis],
                    outShape[axis],
                    op.scales().get(axis),
                    region(op, axis),
                    call.operand(0).dtype().isInteger(),
                    call);
        }
        if (op.rule().mode() == ResizeRule.Interpolation.NEAREST) {
            return nearest(op, axes, outShape, call);
        }
        return call.operand(0).dtype().isInteger()
                ? new WholeResize(axes, shape, outShape, call).resize(op.rule())
                : weighted(op, axes, shape, outShape, call);
    }

    private static double[] region(Op.Resize op, int axis) {
        int rank = op.rule().region().size() / 2;
        return rank == 0
                ? new double[] {0, 1}
                : new double[] {op.rule().region().get(axis), op.rule().region().get(rank + axis)};
    }

    private static Tensor nearest(Op.Resize op, ResizeAxis[] axes, long[] outShape, Evaluation call) {
        long[][] sources = new long[axes.length][];
        for (int axis = 0; axis < axes.length; axis++) {
            sources[axis] = axes[axis].nearest();
        }
        DType type = call.operand(0).dtype();
        TensorElements fill = null;
        if (type != DType.STRING && type.kind() != DType.Kind.COMPLEX) {
            fill = TensorElements.allocate(type, 1);
            fill.number(0, op.rule().extrapolation());
        }
        return MovementOperations.indexed(sources, outShape, fill, call);
    }

    private static Tensor weighted(Op.Resize op, ResizeAxis[] axes, long[] shape, long[] outShape, Evaluation call) {
        TensorElements x = call.numbers(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        double[] values = new double[Math.toIntExact(x.count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = x.number(i);
        }
        long[] current = shape.clone();
        for (int axis = 0; axis < axes.length; axis++) {
            if (!axes[axis].isIdentity()) {
                values = along(
                        axis,
                        axes[axis],
                        values,
                        current,
                        outShape[axis],
                        op.rule().extrapolation());
                current[axis] = outShape[axis];
            }
        }
        for (int i = 0; i < values.length; i++) {
            result.number(i, values[i]);
        }
        return result.tensor(outShape);
    }

    private static double[] along(
            int axis, ResizeAxis weights, double[] values, long[] shape, long extent, double outside) {
        int outer = Math.toIntExact(Strides.product(shape, 0, axis));
        int inner = Math.toIntExact(Strides.product(shape, axis + 1, shape.length));
        int from = Math.toIntExact(shape[axis]);
        int to = Math.toIntExact(extent);
        double[] result = new double[Math.toIntExact((long) outer * to * inner)];
        for (int i = 0; i < to; i++) {
            ResizeAxis.Taps taps = weights.taps(i);
            for (int o = 0; o < outer; o++) {
                for (int j = 0; j < inner; j++) {
                    double sum = taps == null ? outside : 0;
                    for (int tap = 0; taps != null && tap < taps.weights().length; tap++) {
                        sum += taps.weights()[tap] * values[(o * from + taps.sources()[tap]) * inner + j];
                    }
                    result[(o * to + i) * inner + j] = sum;
                }
            }
        }
        return result;
    }
}
