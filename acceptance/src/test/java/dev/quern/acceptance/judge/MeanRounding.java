package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.List;
import java.util.Random;

/**
 * What the rounding of its mean does to a normalised line: every element is off by as much, over the deviation. Moving the elements
 * does not show that where the mean follows them: of two elements, one is always as far above it as the other is below.
 */
final class MeanRounding {
    private MeanRounding() {}

    /** The result with the mean of every line moved by a rounding, up or down, or not at all. */
    static Tensor moved(Op.Normalize normalize, List<Tensor> operands, Tensor result, Random random) {
        if (!normalize.centred()) {
            return result;
        }
        double[] x = RealElements.doubles(operands.getFirst());
        double[] scale = operands.size() > 1 ? RealElements.doubles(operands.get(1)) : new double[] {1};
        double[] values = RealElements.doubles(result);
        long[] shape = result.shape();
        int width = 1;
        for (int axis = normalize.axis(); axis < shape.length; axis++) {
            width *= (int) shape[axis];
        }
        double unit = RealElements.unit(result.dtype() == DType.F64 ? DType.F64 : DType.F32);
        for (int first = 0; first < values.length; first += width) {
            double sum = 0;
            double sizes = 0;
            for (int i = first; i < first + width; i++) {
                sum += x[i];
                sizes += Math.abs(x[i]);
            }
            double squares = 0;
            for (int i = first; i < first + width; i++) {
                squares += (x[i] - sum / width) * (x[i] - sum / width);
            }
            double wrong = (random.nextInt(3) - 1) * unit * sizes / width;
            double shift = wrong / Math.sqrt(squares / width + normalize.epsilon());
            for (int i = first; i < first + width; i++) {
                values[i] += Double.isFinite(shift) ? shift * scale[i % scale.length] : 0;
            }
        }
        return RealElements.floats(result.dtype(), values, shape);
    }
}
