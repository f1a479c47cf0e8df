package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Where ONNX Runtime's normalisations compute in another way, which rounds more, and by how much more at most. */
final class NormalizationDeviations {
    private static final double UNIT = 0x1p-24;

    private NormalizationDeviations() {}

    /** A variance that is the mean of squares less the square of the mean. */
    static boolean squaresLessSquare(Difference difference) {
        if (!difference.is("SkipLayerNormalization") || !difference.of(DType.F32, DType.F16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        double[] skip = RealElements.doubles(difference.operands().get(1));
        double[] scale = RealElements.doubles(difference.operands().get(2));
        Tensor shift = difference.operands().size() > 4 ? difference.operands().get(4) : null;
        double[] bias = shift == null ? new double[1] : RealElements.doubles(shift);
        double epsilon = difference.real("epsilon", 1e-12);
        int width = scale.length;
        return difference.every((i, expected, found) -> {
            int first = i / width * width;
            double[] values = IntStream.range(first, first + width)
                    .mapToDouble(k -> x[k] + skip[k % skip.length] + bias[k % bias.length])
                    .toArray();
            double allowed = byMoments(values, epsilon);
            return allowed == Double.POSITIVE_INFINITY
                    || Math.abs(expected - found) <= allowed * Math.abs(scale[i % width]);
        });
    }

    /** The same in GroupNormalization, as ONNX spells it. */
    static boolean groups(Difference difference) {
        if (!difference.is("GroupNormalization") || !difference.of(DType.F32)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        double[] scale = RealElements.doubles(difference.operands().get(1));
        long[] shape = difference.operand().shape();
        int groups = (int) difference.integer("num_groups", 1);
        int together = x.length / Math.max(1, (int) shape[0] * groups);
        int alike = x.length / Math.max(1, (int) shape[0] * scale.length);
        double epsilon = difference.real("epsilon", 1e-5);
        return difference.every((i, expected, found) -> {
            int first = i / together * together;
            double allowed = byMoments(Arrays.copyOfRange(x, first, first + together), epsilon);
            return allowed == Double.POSITIVE_INFINITY
                    || Math.abs(expected - found) <= allowed * Math.abs(scale[i / alike % scale.length]);
        });
    }

    /** How far off a normalised value may be, by a variance that is the mean of squares less the square of the mean; infinite where that is lost. */
    private static double byMoments(double[] values, double epsilon) {
        int width = values.length;
        double sum = 0;
        double squares = 0;
        double greatest = 0;
        for (double value : values) {
            sum += value / width;
            squares += value * value / width;
            greatest = Math.max(greatest, Math.abs(value));
        }
        double variance = squares - sum * sum + epsilon;
        double wrong = (width + 4) * UNIT * squares;
        boolean lost = !(squares * width < Float.MAX_VALUE / 2) || wrong > variance / 4;
        double spread = wrong / variance + (width + 4) * UNIT;
        return lost ? Double.POSITIVE_INFINITY : 2 * spread * 2 * greatest / Math.sqrt(variance);
    }

    /** GroupNormalization of f64 is computed in f32, which is what {@code stash_type} asks for where it is not given. */
    static boolean stashed(Difference difference) {
        if (!difference.is("GroupNormalization") || !difference.of(DType.F64)) {
            return false;
        }
        double scale = RoundingDeviations.greatest(
                RealElements.doubles(difference.operands().get(1)));
        double shift = RoundingDeviations.greatest(
                RealElements.doubles(difference.operands().get(2)));
        return difference.every(
                (_, expected, found) -> Math.abs(expected - found) <= 0x1p-20 * (Math.abs(expected) + scale + shift));
    }

    /**
     * {@code x*s + (b - mean*s)}, where {@code s} is the scale over the deviation: what cancels is scaled first. Both products, what they
     * are added to and the mean of {@code n} elements round, and become ∞ - ∞ where they leave the range.
     */
    static boolean scaledMean(Difference difference) {
        if (!difference.is("InstanceNormalization") || !difference.of(DType.F32, DType.F16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        double[] scale = RealElements.doubles(difference.operands().get(1));
        double[] shift = RealElements.doubles(difference.operands().get(2));
        int extent = x.length / (scale.length * (int) difference.operand().shape()[0]);
        double epsilon = difference.real("epsilon", 1e-5);
        return difference.every((i, expected, found) -> {
            int first = i / extent * extent;
            int channel = i / extent % scale.length;
            Moments moments = Moments.of(Arrays.copyOfRange(x, first, first + extent));
            double factor = Math.abs(scale[channel]) / Math.sqrt(moments.variance() + epsilon);
            double sizes = Math.abs(x[i]) + Math.abs(moments.mean()) + extent * moments.size();
            boolean leaves = !(factor * sizes < Float.MAX_VALUE / 4);
            return leaves && !Double.isFinite(found)
                    || Math.abs(expected - found) <= 4 * UNIT * (factor * sizes + Math.abs(shift[channel]));
        });
    }

    /** Takes the mean away before it squares, so that squares are in range where those of ONNX's own function are not. */
    static boolean centredFirst(Difference difference) {
        return difference.is("MeanVarianceNormalization")
                && difference.of(DType.F32, DType.F16)
                && Arrays.stream(RealElements.doubles(difference.operand()))
                        .anyMatch(each -> each * each * difference.operand().elements() > Float.MAX_VALUE)
                && difference.every((_, expected, _) -> !Double.isFinite(expected) || expected == 0);
    }

    /**
     * MeanVarianceNormalization divides by the deviation alone, ONNX by it and 1e-9. Where all elements are equal, the deviation is 0,
     * or what the mean's rounding leaves of it.
     */
    static boolean bareDeviation(Difference difference) {
        if (!difference.is("MeanVarianceNormalization") || !difference.of(DType.F32)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        long[] shape = difference.operand().shape();
        long[] given = difference.axes();
        List<Integer> axes = given.length == 0 ? List.of(0, 2, 3) : difference.reducedAxes();
        return difference.every((i, expected, found) -> {
            int line = PartialProducts.place(i, shape, axes);
            double[] elements = IntStream.range(0, x.length)
                    .filter(k -> PartialProducts.place(k, shape, axes) == line)
                    .mapToDouble(k -> x[k])
                    .toArray();
            Moments moments = Moments.of(elements);
            double deviation = Math.sqrt(moments.variance());
            double wrong = 2 * UNIT * elements.length * moments.size();
            double allowed = Math.abs(expected) * 1e-9 / deviation + 2 * wrong / deviation * (1 + Math.abs(expected));
            return wrong >= deviation / 4 || Math.abs(expected - found) <= allowed;
        });
    }

    /**
     * Of the elements that are normalised together.
     *
     * @param mean of them
     * @param variance of them
     * @param size the mean of their magnitudes
     */
    private record Moments(double mean, double variance, double size) {
        static Moments of(double[] elements) {
            double mean = Arrays.stream(elements).average().orElse(0);
            double variance = Arrays.stream(elements)
                    .map(each -> (each - mean) * (each - mean))
                    .average()
                    .orElse(0);
            return new Moments(
                    mean,
                    variance,
                    Arrays.stream(elements).map(Math::abs).average().orElse(0));
        }
    }
}
