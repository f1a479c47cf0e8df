package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Products over axes whose result depends on the order of the factors: one order passes through infinity or zero, another does not. The
 * interpreter multiplies in f64, kernels and ONNX Runtime in the type of the tensor.
 */
final class PartialProducts {
    private PartialProducts() {}

    /** The products with NaN, which says nothing, in the place of those that depend on the order. */
    static Tensor unsettled(Tensor factors, List<Integer> axes, Tensor products) {
        double greatest = factors.dtype() == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
        double least = factors.dtype() == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        double[] results = RealElements.doubles(products);
        double[] rising = new double[results.length];
        double[] falling = new double[results.length];
        Arrays.fill(rising, 1);
        Arrays.fill(falling, 1);
        double[] values = RealElements.doubles(factors);
        for (int i = 0; i < values.length; i++) {
            int at = place(i, factors.shape(), axes);
            double size = Math.abs(values[i]);
            if (size > 1 && Double.isFinite(size)) {
                rising[at] *= size;
            } else if (size < 1 && size > 0) {
                falling[at] *= size;
            }
        }
        for (int at = 0; at < results.length; at++) {
            if (rising[at] > greatest || falling[at] < least && rising[at] > 1) {
                results[at] = Double.NaN;
            }
        }
        return RealElements.floats(products.dtype(), results, products.shape());
    }

    /** The index of the result that an element counts in, where {@code axes} are joined. */
    static int place(int index, long[] shape, List<Integer> axes) {
        int rest = index;
        int stride = 1;
        int place = 0;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            int extent = Math.toIntExact(shape[axis]);
            if (!axes.contains(axis)) {
                place += rest % extent * stride;
                stride *= extent;
            }
            rest /= extent;
        }
        return place;
    }
}
