package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What ONNX Runtime makes of NaN and infinities where ONNX says nothing, and where it depends on the place of an element in a vector,
 * or on the type, what it makes.
 */
final class NaNDeviations {
    private NaNDeviations() {}

    /** NaN is skipped, or hides what came before it; so it does where the greatest is taken out of exponentials. */
    static boolean greatest(Difference difference) {
        return difference.is("ReduceMax", "ReduceMin", "MaxPool", "GlobalMaxPool", "ReduceLogSumExp")
                && difference.hasNaN()
                && difference.every((_, expected, _) -> Double.isNaN(expected));
    }

    /** Lines along an axis that have a NaN are searched and sorted with comparisons that it breaks; other lines agree. */
    static boolean order(Difference difference) {
        if (!difference.is("ArgMax", "ArgMin", "TopK", "Hardmax") || !difference.hasNaN()) {
            return false;
        }
        Tensor operand = difference.operand();
        long[] shape = operand.shape();
        long usual = difference.is("ArgMax", "ArgMin") ? 0 : -1;
        int axis = Math.floorMod(difference.integer("axis", usual), shape.length);
        // Before version 13 a line of Hardmax goes on through the axes after it.
        boolean joined = difference.is("Hardmax");
        int after = (int) Arrays.stream(shape, axis + 1, shape.length).reduce(1, (a, b) -> a * b);
        int inner = joined ? 1 : after;
        int extent = (int) shape[axis] * (joined ? after : 1);
        double[] values = RealElements.doubles(operand);
        int lines = values.length / extent;
        boolean[] broken = new boolean[lines];
        for (int i = 0; i < values.length; i++) {
            broken[i / (extent * inner) * inner + i % inner] |= Double.isNaN(values[i]);
        }
        return IntStream.range(0, difference.results().size())
                .filter(i -> difference.results().get(i) != null)
                .allMatch(i -> sameOn(
                        broken,
                        inner,
                        difference.results().get(i),
                        difference.answers().get(i)));
    }

    private static boolean sameOn(boolean[] broken, int inner, Tensor expected, Tensor found) {
        if (!Arrays.equals(expected.shape(), found.shape())) {
            return false;
        }
        int each = (int) expected.elements() / broken.length;
        return IntStream.range(0, (int) expected.elements())
                .filter(i -> !broken[i / (each * inner) * inner + i % inner])
                .allMatch(i -> RealElements.text(expected, i).equals(RealElements.text(found, i)));
    }

    /** The sign of a NaN of 16 bits is 0; that of one of another type is NaN. */
    static boolean sign(Difference difference) {
        return difference.is("Sign")
                && difference.of(DType.BF16, DType.F16)
                && difference.every((_, expected, found) -> Double.isNaN(expected) && found == 0);
    }

    /** The greatest of a window of nothing but -∞ is the least finite number. */
    static boolean leastOfAll(Difference difference) {
        return difference.is("MaxPool", "GlobalMaxPool")
                && difference.of(DType.F32)
                && difference.every((_, expected, found) -> found == -Float.MAX_VALUE
                        && (expected == Double.NEGATIVE_INFINITY || difference.hasNaN() && Double.isNaN(expected)));
    }

    /** The least and the greatest of what lies there and what is scattered are chosen by comparisons, which NaN does not survive. */
    static boolean scattered(Difference difference) {
        return difference.is("ScatterElements", "ScatterND")
                && difference.node().attributes().get("reduction") instanceof OnnxAttribute.EncodedText reduction
                && (reduction.value().equals("min") || reduction.value().equals("max"))
                && difference.every((_, expected, _) -> Double.isNaN(expected));
    }

    /** Ranges of numbers with NaN or an infinity among them: the place of 0 is NaN, and so are quotients. */
    static boolean range(Difference difference) {
        return difference.is("DynamicQuantizeLinear") && difference.beyondNumbers();
    }

    /**
     * Softmax of f64 and of f16, which is in f32: elements beside a NaN or +∞ on their line, which makes all of it NaN, are numbers or
     * infinities. Logarithms of what is about 1 are off by units of 1.
     */
    static boolean softmax(Difference difference) {
        return difference.is("LogSoftmax", "Softmax")
                && difference.of(DType.F64, DType.F16)
                && difference.beyondNumbers()
                && difference.every(
                        (_, expected, found) -> Double.isNaN(expected) || Math.abs(expected - found) <= 0x1p-50);
    }
}
