package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where ONNX Runtime errs more than its type does, and by how much at most. */
final class RoundingDeviations {
    private RoundingDeviations() {}

    /** The logistic function errs by up to two units of 1, however small it is itself; it is 0 far enough below. */
    static boolean sigmoid(Difference difference) {
        double unit = 4 * RealElements.unit(difference.expected().dtype());
        if (!difference.is("Sigmoid", "QuickGelu", "Swish") || !difference.of(DType.F32, DType.F64)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        boolean scaled = !difference.is("Sigmoid");
        return difference.every(
                (i, expected, found) -> Math.abs(expected - found) <= unit * (scaled ? Math.abs(x[i]) : 1));
    }

    /**
     * The hyperbolic tangent of subnormals: {@code x*a/a} with {@code a} = 0.00489352 (MLAS's {@code alpha_1} and {@code beta_0}), where
     * the product is rounded to the least number.
     */
    static boolean tanh(Difference difference) {
        double step = Float.MIN_VALUE / 0.00489352;
        return difference.is("Tanh")
                && difference.of(DType.F32)
                && difference.every((_, expected, found) -> Math.abs(expected - found) <= step);
    }

    /** GELU by tanh in f64: its two constants are those of f32, and FastGelu's have six digits. */
    static boolean gelu(Difference difference) {
        if (!difference.is("Gelu", "FastGelu") || !difference.of(DType.F64)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        Tensor bias = difference.operands().size() > 1 ? difference.operands().get(1) : null;
        double[] more = bias == null ? new double[1] : RealElements.doubles(bias);
        double unit = difference.is("Gelu") ? 0x1p-24 : 0x1p-21;
        return difference.every(
                (i, expected, found) -> Math.abs(expected - found) <= unit * Math.abs(x[i] + more[i % more.length]));
    }

    /** HardSwish of f64 has the sixth of f32. */
    static boolean hardSwish(Difference difference) {
        if (!difference.is("HardSwish") || !difference.of(DType.F64)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        return difference.every((i, expected, found) -> Math.abs(expected - found) <= 0x1p-26 * x[i] * x[i]);
    }

    /** Shrink of f64 is computed in f32. */
    static boolean shrink(Difference difference) {
        double bias = Math.abs(difference.real("bias", 0));
        return difference.is("Shrink")
                && difference.of(DType.F64)
                && difference.every(
                        (_, expected, found) -> Math.abs(expected - found) <= 0x1p-23 * (Math.abs(expected) + bias));
    }

    /** Sine and cosine of f64 err by a few units of 1 near their zeros. */
    static boolean trigonometric(Difference difference) {
        return difference.is("Sin", "Cos")
                && difference.of(DType.F64)
                && difference.every((_, expected, found) -> Math.abs(expected - found) <= 0x1p-50);
    }

    /** LRN slides the sum of its window over the channels: what comes in is added, what leaves is taken away again. */
    static boolean slidingSum(Difference difference) {
        if (!difference.is("LRN") || !difference.of(DType.F32)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        long[] shape = difference.operand().shape();
        int channels = (int) shape[1];
        int inner = (int) Arrays.stream(shape, 2, shape.length).reduce(1, (a, b) -> a * b);
        int size = (int) difference.integer("size", 1);
        double beta = difference.real("beta", 0.75);
        double alpha = difference.real("alpha", 1e-4) / size;
        double bias = difference.real("bias", 1);
        return difference.every((i, expected, found) -> {
            int first = i / (channels * inner) * channels * inner + i % inner;
            int channel = i / inner % channels;
            double all = 0;
            double window = 0;
            for (int c = 0; c < channels; c++) {
                double square = x[first + c * inner] * x[first + c * inner];
                all += square;
                boolean within = c >= channel - (size - 1) / 2 && c <= channel + size / 2;
                window += within ? square : 0;
            }
            double base = bias + alpha * window;
            double wrong = alpha * 2 * channels * 0x1p-24 * all;
            boolean lost = !(all < Float.MAX_VALUE / 2) || wrong > base / 4;
            return lost || Math.abs(expected - found) <= 2 * beta * wrong / base * Math.abs(expected);
        });
    }

    /**
     * A product of f16 is added up in f16: each of its partial sums rounds, and may leave the range where the sum of all does not. None is
     * greater than as many products of the greatest factors as it has terms.
     */
    static boolean sumsOfHalves(Difference difference) {
        if (!difference.is("Gemm", "MatMul") || !difference.of(DType.F16)) {
            return false;
        }
        long[] shape = difference.operand().shape();
        boolean turned = difference.is("Gemm") && difference.integer("transA", 0) != 0;
        long terms = shape[turned ? 0 : shape.length - 1];
        double product = greatest(RealElements.doubles(difference.operand()))
                * greatest(RealElements.doubles(difference.operands().get(1)))
                * terms;
        Tensor bias = difference.operands().size() > 2 ? difference.operands().get(2) : null;
        double size = Math.abs(difference.real("alpha", 1)) * product
                + Math.abs(difference.real("beta", 1)) * (bias == null ? 0 : greatest(RealElements.doubles(bias)));
        boolean leaves = Math.max(product, size) > 65504;
        return difference.every((_, expected, found) ->
                leaves && !Double.isFinite(found) || Math.abs(expected - found) <= (terms + 4) * 0x1p-11 * size);
    }

    /**
     * ReduceLogSumExp takes the greatest out, and takes 0 for it where the first element is infinite and none is greater than 0: the
     * exponentials of all others underflow then, to nothing or to few bits.
     */
    static boolean firstInfinite(Difference difference) {
        if (!difference.is("ReduceLogSumExp") || !difference.of(DType.F32, DType.F64, DType.F16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        long[] shape = difference.operand().shape();
        List<Integer> axes = difference.reducedAxes();
        boolean wide = difference.of(DType.F64);
        double first = wide ? -708 : -87;
        double step = wide ? Double.MIN_VALUE : Float.MIN_VALUE;
        Map<Integer, Double> firsts = new HashMap<>();
        for (int i = 0; i < x.length; i++) {
            firsts.putIfAbsent(PartialProducts.place(i, shape, axes), x[i]);
        }
        long terms = x.length / Math.max(1, firsts.size());
        return difference.every((i, expected, found) -> {
            boolean underflows = expected < first && Double.isInfinite(firsts.getOrDefault(i, 0.0));
            double lost = terms * step / Math.exp(expected);
            return underflows && (found == Double.NEGATIVE_INFINITY || Math.abs(expected - found) <= 2 * lost);
        });
    }

    /**
     * Softplus of f64 is spelt {@code log(exp(x) + 1)}: the sum rounds by half a unit of itself, which the logarithm makes half a unit of 1,
     * and the exponential by a unit, which counts for less than that, and leaves the range.
     */
    static boolean softplus(Difference difference) {
        return difference.is("Softplus")
                && difference.of(DType.F64)
                && difference.every((_, expected, found) -> Math.abs(expected - found) <= 2 * 0x1p-53
                        || expected > 709 && found == Double.POSITIVE_INFINITY);
    }

    static double greatest(double[] values) {
        return Arrays.stream(values)
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
    }

    /**
     * Logarithms of sums of exponentials, as ONNX spells them, without the greatest taken out first: of f64 inside ReduceLogSumExp of
     * f16, of f16 inside Softplus of f16.
     */
    static boolean exponentials(Difference difference) {
        double most = difference.is("Softplus") && difference.of(DType.F16) ? 11 : 709;
        return (difference.is("Softplus") && difference.of(DType.F16)
                        || difference.is("ReduceLogSumExp") && difference.of(DType.F16))
                && difference.every((_, expected, found) -> expected > most && found == Double.POSITIVE_INFINITY
                        || expected < -most && found == Double.NEGATIVE_INFINITY);
    }

    /**
     * What left the range of f16 is in it yet, for it was kept in f32 from the node before: no infinity less another, and exponents that a
     * rounding to f16 moves by a unit or more.
     */
    static boolean halvesInRange(Difference difference) {
        if (!difference.of(DType.F16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        boolean coarse =
                difference.is("Softmax", "LogSoftmax") && Arrays.stream(x).anyMatch(each -> Math.abs(each) >= 1024);
        boolean sums = difference.is("ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare");
        return Arrays.stream(x).anyMatch(Double::isInfinite)
                && (coarse || sums)
                && difference.every((_, expected, _) -> coarse || !Double.isFinite(expected));
    }
}
