package dev.quern.ir.interpret;

import dev.quern.ir.graph.ResizeRule;
import java.util.Arrays;

/**
 * Where the elements of a resized axis come from, with the formulas of ONNX Resize (version 19). Coordinates are computed in f32, as
 * ONNX Runtime does, since a rounding may decide which element is the nearest; so are the weights of integers, whose sums are
 * truncated.
 */
final class ResizeAxis {
    /** TensorElements of the source and their weights. */
    record Taps(int[] sources, double[] weights) {}

    private final ResizeRule rule;
    private final long extent;
    private final long result;
    private final float scale;
    private final float start;
    private final float end;
    private final boolean crops;
    private final boolean whole;
    private final Evaluation call;

    /**
     * An axis.
     *
     * @param whole whether the elements are integers
     */
    ResizeAxis(
            ResizeRule rule, long extent, long result, double scale, double[] region, boolean whole, Evaluation call) {
        this.rule = rule;
        this.extent = extent;
        this.result = result;
        this.scale = scale == 0 ? (float) result / extent : (float) scale;
        this.start = (float) region[0];
        this.end = (float) region[1];
        this.whole = whole;
        this.call = call;
        this.crops = rule.coordinates().equals("tf_crop_and_resize");
    }

    /** Whether every element stays where it is. */
    boolean isIdentity() {
        return !crops && extent == result && scale == 1;
    }

    /** Whether a result element is the sum of the two around it by their nearness, on each axis. */
    boolean isPlainLinear() {
        return isLinear() && !crops;
    }

    private boolean isLinear() {
        return rule.mode() == ResizeRule.Interpolation.LINEAR && !rule.antialias() && !rule.excludeOutside();
    }

    /** The source coordinate of result element {@code i}. */
    private float coordinate(long i) {
        return switch (rule.coordinates()) {
            case "half_pixel" -> (i + 0.5f) / scale - 0.5f;
            case "half_pixel_symmetric" -> {
                float adjustment = result / (scale * extent);
                float offset = extent / 2f * (1 - adjustment);
                yield offset + (i + 0.5f) / scale - 0.5f;
            }
            case "pytorch_half_pixel" -> result > 1 ? (i + 0.5f) / scale - 0.5f : 0;
            case "tf_half_pixel_for_nn" -> (i + 0.5f) / scale;
            case "align_corners" -> result == 1 ? 0 : (float) i * (extent - 1) / (result - 1);
            case "asymmetric" -> i / scale;
            case "tf_crop_and_resize" ->
                result > 1
                        ? start * (extent - 1) + i * (end - start) * (extent - 1) / (result - 1)
                        : 0.5f * (start + end) * (extent - 1);
            default -> throw call.unsupported("coordinate transformation mode " + rule.coordinates());
        };
    }

    private boolean isOutside(float coordinate) {
        return crops && (coordinate < 0 || coordinate > extent - 1);
    }

    /** The source of each result element, -1 for the extrapolation value. */
    long[] nearest() {
        long[] sources = new long[Math.toIntExact(result)];
        for (int i = 0; i < sources.length; i++) {
            float at = isIdentity() ? i : coordinate(i);
            sources[i] = isOutside(at) ? -1 : Math.clamp((long) rounded(at), 0, extent - 1);
        }
        return sources;
    }

    private double rounded(double at) {
        double low = Math.floor(at);
        boolean isTie = Math.abs(at - low - 0.5) < ResizeRule.TIE;
        return switch (rule.nearest()) {
            case "round_prefer_floor" -> isTie || at - low < 0.5 ? low : low + 1;
            case "round_prefer_ceil" -> isTie || at - low > 0.5 ? low + 1 : low;
            case "floor" -> Math.floor(at);
            case "ceil" -> Math.ceil(at);
            case ResizeRule.BY_DIRECTION -> scale < 1 ? Math.ceil(at) : Math.floor(at);
            default -> throw call.unsupported("nearest mode " + rule.nearest());
        };
    }

    /**
     * The weights of result element {@code i}; null for the extrapolation value. The last element of an axis, beside which there is
     * none, is taken twice with half the weight, as ONNX Runtime does: no infinity is multiplied by 0 there.
     */
    Taps taps(long i) {
        float at = coordinate(i);
        if (isOutside(at)) {
            return null;
        }
        if (isLinear()) {
            float inside = Math.clamp(at, 0, extent - 1);
            int low = (int) inside;
            if (low == extent - 1) {
                return new Taps(new int[] {low, low}, new double[] {0.5, 0.5});
            }
            double above = inside - low;
            return new Taps(new int[] {low, (int) Math.min(low + 1L, extent - 1)}, new double[] {kept(1 - above), above
            });
        }
        long base = (long) Math.floor(at);
        double ratio = at - base;
        double shrink = rule.antialias() ? Math.min(scale, 1) : 1;
        int support = rule.mode() == ResizeRule.Interpolation.CUBIC ? 2 : 1;
        int first = (int) Math.floor(-support / shrink) + 1;
        int count = 2 - 2 * first;
        int[] sources = new int[count];
        double[] weights = new double[count];
        for (int tap = 0; tap < count; tap++) {
            long source = base + first + tap;
            weights[tap] = weight(kept((first + tap - ratio) * shrink));
            if (rule.excludeOutside() && (source < 0 || source >= extent)) {
                weights[tap] = 0;
            }
            sources[tap] = (int) Math.clamp(source, 0, extent - 1);
        }
        if (rule.excludeOutside() || rule.antialias()) {
            double sum = Arrays.stream(weights).sum();
            for (int tap = 0; tap < count; tap++) {
                weights[tap] = kept(weights[tap] / sum);
            }
        }
        return new Taps(sources, weights);
    }

    /** The filter at a distance: a tent, or the cubic convolution of Keys (1981). */
    private double weight(double distance) {
        double d = Math.abs(distance);
        if (rule.mode() == ResizeRule.Interpolation.LINEAR) {
            return Math.max(0, kept(1 - d));
        }
        double a = rule.cubicCoefficient();
        if (d <= 1) {
            return kept(kept(kept(kept(kept(kept(a + 2) * d) - kept(a + 3)) * d) * d) + 1);
        }
        return d < 2
                ? kept(kept(kept(kept(kept(kept(kept(a) * d) - kept(5 * a)) * d) + kept(8 * a)) * d) - kept(4 * a))
                : 0;
    }

    /** What is kept of a number in the arithmetic of the weights. */
    private double kept(double exact) {
        return whole ? (float) exact : exact;
    }
}
