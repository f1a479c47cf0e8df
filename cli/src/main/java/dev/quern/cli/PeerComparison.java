package dev.quern.cli;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How results differ from a peer's. A float {@code x} agrees with the peer's {@code y} if {@code |x - y| <= 1e-3 |y| + 1e-4
 * max |y|}, the maximum over the finite elements of the output; NaN agrees with NaN, and an infinity with itself. Other
 * elements are equal or disagree.
 *
 * <p>Against a peer's {@link PeerSpread}, a float may be farther by {@link #MARGIN} times what the peer differs from itself by in
 * that output; and integers and booleans may differ as far, in at most that many times the elements in which the peer does.
 *
 * @param outputs one per output of the peer
 */
record PeerComparison(List<OutputComparison> outputs) {
    /** How many times its own spread a peer may be missed by. */
    static final double MARGIN = 3;

    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-4;

    /**
     * Of one output.
     *
     * @param name the output
     * @param agrees whether every element agrees
     * @param worst the largest {@code |x - y|}; infinite where an element is not a number on one side, or a shape differs
     * @param where the index of it and the two elements, or what else differs; empty where all is equal
     */
    record OutputComparison(String name, boolean agrees, double worst, String where) {
        private static OutputComparison different(String name, String where) {
            return new OutputComparison(name, false, Double.POSITIVE_INFINITY, where);
        }
    }

    PeerComparison {
        outputs = List.copyOf(outputs);
    }

    /** Compares outputs of the same names. */
    static PeerComparison of(Map<String, Tensor> ours, Map<String, Tensor> theirs, PeerSpread spread) {
        List<OutputComparison> outputs = new ArrayList<>();
        theirs.forEach((name, tensor) -> outputs.add(of(name, ours.get(name), tensor, spread.of(name))));
        return new PeerComparison(outputs);
    }

    /** Whether every element of every output agrees. */
    boolean agrees() {
        return outputs.stream().allMatch(OutputComparison::agrees);
    }

    /** The output with the largest error, among those that disagree if there are any. */
    OutputComparison worst() {
        return outputs.stream()
                .max(Comparator.comparing((OutputComparison output) -> !output.agrees())
                        .thenComparing(OutputComparison::worst))
                .orElse(new OutputComparison("", true, 0, ""));
    }

    private static OutputComparison of(String name, Tensor x, Tensor y, PeerSpread.OutputSpread spread) {
        if (x == null) {
            return OutputComparison.different(name, name + " is missing");
        }
        if (x.dtype() != y.dtype() || !Arrays.equals(x.shape(), y.shape())) {
            String own = spread.shapes() ? ", which the peer itself does not always give" : "";
            return OutputComparison.different(name, name + " is " + x + ", the peer's " + y + own);
        }
        if (x.dtype() == DType.STRING) {
            boolean equal = x.strings().equals(y.strings());
            return equal
                    ? new OutputComparison(name, true, 0, "")
                    : OutputComparison.different(name, name + " has other strings");
        }
        if (!ElementText.numeric(x.dtype())) {
            boolean equal = x.segment().mismatch(y.segment()) < 0;
            return equal
                    ? new OutputComparison(name, true, 0, "")
                    : OutputComparison.different(name, name + " has other bits");
        }
        return elementwise(name, x, y, spread);
    }

    private static OutputComparison elementwise(String name, Tensor x, Tensor y, PeerSpread.OutputSpread spread) {
        DType dtype = x.dtype();
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        double allowance = MARGIN * spread.greatest() + (dtype.isFloat() ? ABSOLUTE * greatest(y) : 0);
        double relative = dtype.isFloat() ? RELATIVE : 0;
        long different = 0;
        long worst = -1;
        double worstError = 0;
        boolean agrees = true;
        for (long index = 0; index < y.elements(); index++) {
            double error = distance(x, y, index);
            double allowed = relative * Math.abs(ElementText.number(ys, dtype, index)) + allowance;
            boolean near = error == 0 || Double.isFinite(error) && error <= allowed;
            different += error == 0 ? 0 : 1;
            if (agrees == near ? error > worstError : agrees) {
                worst = index;
                worstError = error;
            }
            agrees &= near;
        }
        boolean few = dtype.isFloat() || different <= MARGIN * spread.elements();
        String where = worst < 0
                ? ""
                : name + Arrays.toString(position(worst, y.shape())) + " is " + ElementText.text(xs, dtype, worst)
                        + ", the peer's " + ElementText.text(ys, dtype, worst);
        return new OutputComparison(name, agrees && few, worstError, where);
    }

    private static double greatest(Tensor tensor) {
        double greatest = 0;
        for (long index = 0; index < tensor.elements(); index++) {
            double magnitude = Math.abs(ElementText.number(tensor.segment(), tensor.dtype(), index));
            greatest = Double.isFinite(magnitude) ? Math.max(greatest, magnitude) : greatest;
        }
        return greatest;
    }

    /**
     * {@code |x - y|} of one element of two tensors of a numeric type: 0 for two NaNs and for equal infinities, infinite where
     * only one is a number.
     */
    static double distance(Tensor x, Tensor y, long index) {
        DType dtype = x.dtype();
        if (!dtype.isFloat()) {
            long a = ElementText.whole(x.segment(), dtype, index);
            long b = ElementText.whole(y.segment(), dtype, index);
            boolean less = dtype == DType.U64 ? Long.compareUnsigned(a, b) < 0 : a < b;
            long distance = less ? b - a : a - b;
            return distance >= 0 ? distance : 0x1p64 + distance;
        }
        double a = ElementText.number(x.segment(), dtype, index);
        double b = ElementText.number(y.segment(), dtype, index);
        if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
            return 0;
        }
        double distance = Math.abs(a - b);
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
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

    /** The largest error, for people. */
    String largestError() {
        String size = String.format(Locale.ROOT, "%.3g", worst().worst());
        return "largest error " + size + (worst().where().isEmpty() ? "" : " (" + worst().where() + ")");
    }
}
