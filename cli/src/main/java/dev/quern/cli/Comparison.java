package dev.quern.cli;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.tensor.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * How results differ from a peer's. A float {@code x} agrees with the peer's {@code y} if {@code |x - y| <= 1e-3 |y| + 1e-4
 * max |y|}, the maximum over the finite elements of the output; NaN agrees with NaN, and an infinity with itself. Other
 * elements are equal or disagree.
 *
 * @param agrees whether every element of every output agrees
 * @param worst the largest {@code |x - y|}; infinite where an element is not a number on one side, or a shape differs
 * @param where the output and index of it, and the two elements; empty where all is equal
 */
record Comparison(boolean agrees, double worst, String where) {
    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-4;

    /** Compares outputs of the same names. */
    static Comparison of(Map<String, Tensor> ours, Map<String, Tensor> theirs) {
        Comparison all = new Comparison(true, 0, "");
        for (Map.Entry<String, Tensor> output : theirs.entrySet()) {
            all = all.and(of(output.getKey(), ours.get(output.getKey()), output.getValue()));
        }
        return all;
    }

    /** Of two comparisons: whether both agree, and the worse; a disagreement is worse than any agreement. */
    private Comparison and(Comparison other) {
        boolean otherIsWorse = agrees == other.agrees ? other.worst > worst : agrees;
        return new Comparison(
                agrees && other.agrees, otherIsWorse ? other.worst : worst, otherIsWorse ? other.where : where);
    }

    private static Comparison of(String name, Tensor x, Tensor y) {
        if (x == null) {
            return new Comparison(false, Double.POSITIVE_INFINITY, name + " is missing");
        }
        if (x.dtype() != y.dtype() || !Arrays.equals(x.shape(), y.shape())) {
            return new Comparison(false, Double.POSITIVE_INFINITY, name + " is " + x + ", the peer's " + y);
        }
        if (x.dtype() == DType.STRING) {
            boolean equal = x.strings().equals(y.strings());
            return new Comparison(
                    equal, equal ? 0 : Double.POSITIVE_INFINITY, equal ? "" : name + " has other strings");
        }
        if (!Elements.numeric(x.dtype())) {
            boolean equal = x.segment().mismatch(y.segment()) < 0;
            return new Comparison(equal, equal ? 0 : Double.POSITIVE_INFINITY, equal ? "" : name + " has other bits");
        }
        return elementwise(name, x, y);
    }

    private static Comparison elementwise(String name, Tensor x, Tensor y) {
        DType dtype = x.dtype();
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        double scale = 0;
        for (long index = 0; index < y.elements(); index++) {
            double magnitude = Math.abs(Elements.number(ys, dtype, index));
            if (Double.isFinite(magnitude)) {
                scale = Math.max(scale, magnitude);
            }
        }
        Comparison worst = new Comparison(true, 0, "");
        for (long index = 0; index < y.elements(); index++) {
            double a = Elements.number(xs, dtype, index);
            double b = Elements.number(ys, dtype, index);
            double error = error(a, b);
            boolean agrees = dtype.isFloat()
                    ? error == 0 || Double.isFinite(error) && error <= RELATIVE * Math.abs(b) + ABSOLUTE * scale
                    : same(xs, ys, dtype, index);
            if (error > worst.worst || !agrees && worst.agrees) {
                String at = name + Arrays.toString(position(index, y.shape())) + " is "
                        + Elements.text(xs, dtype, index) + ", the peer's " + Elements.text(ys, dtype, index);
                worst = worst.and(new Comparison(agrees, error, at));
            }
        }
        return worst;
    }

    private static boolean same(MemorySegment xs, MemorySegment ys, DType dtype, long index) {
        return Elements.whole(xs, dtype, index) == Elements.whole(ys, dtype, index);
    }

    private static double error(double a, double b) {
        if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
            return 0;
        }
        double difference = Math.abs(a - b);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static long[] position(long index, long[] shape) {
        long[] position = new long[shape.length];
        long rest = index;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            position[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return position;
    }

    /** One line that names the peer and the largest error. */
    String summary(String peer) {
        String size = String.format(Locale.ROOT, "%.3g", worst);
        return (agrees ? "agrees with " : "DISAGREES with ") + peer + ": largest error " + size
                + (where.isEmpty() ? "" : " (" + where + ")");
    }
}
