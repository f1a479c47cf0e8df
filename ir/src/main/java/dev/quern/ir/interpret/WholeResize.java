package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.ResizeRule;

/**
 * ONNX Resize of integers by weighted sums. They are computed in f32 and converted as by {@link dev.quern.ir.graph.Op.Cast}, which
 * rounds to zero, so that the order of the additions shows: linear interpolation adds the corners of a cell, each times the
 * product of its weights with the last axis first, as ONNX Runtime does, and has the last element twice with half the weight; all else goes axis by axis, from the last. Antialiased
 * results are rounded to the nearest instead, and brought into range.
 */
final class WholeResize {
    private final ResizeAxis[] axes;
    private final long[] shape;
    private final long[] outShape;
    private final Evaluation call;
    private final TensorElements x;
    private final int rank;

    WholeResize(ResizeAxis[] axes, long[] shape, long[] outShape, Evaluation call) {
        this.axes = axes;
        this.shape = shape;
        this.outShape = outShape;
        this.call = call;
        this.x = call.numbers(0);
        this.rank = shape.length;
    }

    Tensor resize(ResizeRule rule) {
        ResizeAxis.Taps[][] taps = new ResizeAxis.Taps[rank][];
        for (int axis = 0; axis < rank; axis++) {
            taps[axis] = new ResizeAxis.Taps[Math.toIntExact(outShape[axis])];
            for (int i = 0; i < taps[axis].length; i++) {
                taps[axis][i] = axes[axis].isIdentity()
                        ? new ResizeAxis.Taps(new int[] {i}, new double[] {1})
                        : axes[axis].taps(i);
            }
        }
        DType type = x.dtype();
        TensorElements result = call.allocate(type, outShape);
        int[] index = new int[rank];
        ResizeAxis.Taps[] here = new ResizeAxis.Taps[rank];
        boolean flat = rank == 0 || axes[0].isPlainLinear();
        for (long position = 0; position < result.count(); position++) {
            boolean outside = false;
            for (int axis = 0; axis < rank; axis++) {
                here[axis] = taps[axis][index[axis]];
                outside |= here[axis] == null;
            }
            float value = outside
                    ? (float) rule.extrapolation()
                    : flat ? corners(here, 0, 0, new float[] {0}, new float[rank]) : sum(here, 0, 0);
            if (rule.antialias()) {
                result.number(position, Math.rint(value));
            } else {
                result.whole(position, Integers.cast(type, value));
            }
            next(index);
        }
        return result.tensor(outShape);
    }

    /** The sum over the corners of a cell, those that differ in the last axis beside each other. */
    private float corners(ResizeAxis.Taps[] taps, int axis, long offset, float[] total, float[] weights) {
        if (axis == rank) {
            float product = 1;
            for (int at = rank - 1; at >= 0; at--) {
                product *= weights[at];
            }
            total[0] += product * number(offset);
            return total[0];
        }
        for (int tap = 0; tap < taps[axis].weights().length; tap++) {
            weights[axis] = (float) taps[axis].weights()[tap];
            corners(taps, axis + 1, offset * shape[axis] + taps[axis].sources()[tap], total, weights);
        }
        return total[0];
    }

    /** The sum along {@code axis} of the sums along those behind it. */
    private float sum(ResizeAxis.Taps[] taps, int axis, long offset) {
        if (axis == rank) {
            return number(offset);
        }
        float sum = 0;
        for (int tap = 0; tap < taps[axis].weights().length; tap++) {
            float below = sum(taps, axis + 1, offset * shape[axis] + taps[axis].sources()[tap]);
            sum += (float) taps[axis].weights()[tap] * below;
        }
        return sum;
    }

    private float number(long position) {
        return (float) x.number(position);
    }

    private void next(int[] index) {
        for (int axis = rank - 1; axis >= 0; axis--) {
            if (++index[axis] < outShape[axis]) {
                return;
            }
            index[axis] = 0;
        }
    }
}
