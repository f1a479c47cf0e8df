package dev.quern.ir.interpret;

import dev.quern.ir.graph.ResizeRule;
import java.util.Arrays;

/** Where the elements of a resized axis come from, with the formulas of ONNX Resize (version 19). */
final class ResizeAxis {
    /** Elements of the source and their weights. */
    record Taps(int[] sources, double[] weights) {}

    private final ResizeRule rule;
    private final long extent;
    private final long result;
    private final double scale;
    private final double start;
    private final double end;
    private final boolean crops;
    private final Evaluation call;

    ResizeAxis(ResizeRule rule, long extent, long result, double scale, double[] region, Evaluation call) {
        this.rule = rule;
        this.extent = extent;
        this.result = result;
        this.scale = scale == 0 ? (double) result / extent : scale;
        this.start = region[0];
        this.end = region[1];
        this.call = call;
        this.crops = rule.coordinates().equals("tf_crop_and_resize");
    }

    /** Whether every element stays where it is. */
    boolean isIdentity() {
        return !crops && extent == result && scale == 1;
    }

    /** The source coordinate of result element {@code i}. */
    private double coordinate(long i) {
        return switch (rule.coordinates()) {
            case "half_pixel" -> (i + 0.5) / scale - 0.5;
            case "half_pixel_symmetric" -> {
                double adjustment = result / (scale * extent);
                yield extent / 2.0 * (1 - adjustment) + (i + 0.5) / scale - 0.5;
            }
            case "pytorch_half_pixel" -> result > 1 ? (i + 0.5) / scale - 0.5 : 0;
            case "tf_half_pixel_for_nn" -> (i + 0.5) / scale;
            case "align_corners" -> result == 1 ? 0 : i * (extent - 1.0) / (result - 1);
            case "asymmetric" -> i / scale;
            case "tf_crop_and_resize" ->
                result > 1
                        ? start * (extent - 1) + i * (end - start) * (extent - 1) / (result - 1)
                        : 0.5 * (start + end) * (extent - 1);
            default -> throw call.unsupported("coordinate transformation mode " + rule.coordinates());
        };
    }

    private boolean isOutside(double coordinate) {
        return crops && (coordinate < 0 || coordinate > extent - 1);
    }

    /** The source of each result element, -1 for the extrapolation value. */
    long[] nearest() {
        long[] sources = new long[Math.toIntExact(result)];
        for (int i = 0; i < sources.length; i++) {
            double at = isIdentity() ? i : coordinate(i);
            double rounded = switch (rule.nearest()) {
                case "round_prefer_floor" -> Math.ceil(at - 0.5);
                case "round_prefer_ceil" -> Math.floor(at + 0.5);
                case "floor" -> Math.floor(at);
                case "ceil" -> Math.ceil(at);
                default -> throw call.unsupported("nearest mode " + rule.nearest());
            };
            sources[i] = isOutside(at) ? -1 : Math.clamp((long) rounded, 0, extent - 1);
        }
        return sources;
    }

    /** The weights of result element {@code i}; null for the extrapolation value. */
    Taps taps(long i) {
        double at = coordinate(i);
        if (isOutside(at)) {
            return null;
        }
        long base = (long) Math.floor(at);
        double ratio = at - base;
        double shrink = rule.antialias() ? Math.min(scale, 1) : 1;
        int support = rule.mode() == ResizeRule.Mode.CUBIC ? 2 : 1;
        int first = (int) Math.floor(-support / shrink) + 1;
        int count = 2 - 2 * first;
        int[] sources = new int[count];
        double[] weights = new double[count];
        for (int tap = 0; tap < count; tap++) {
            long source = base + first + tap;
            weights[tap] = weight((first + tap - ratio) * shrink);
            if (rule.excludeOutside() && (source < 0 || source >= extent)) {
                weights[tap] = 0;
            }
            sources[tap] = (int) Math.clamp(source, 0, extent - 1);
        }
        if (rule.excludeOutside() || rule.antialias()) {
            double sum = Arrays.stream(weights).sum();
            for (int tap = 0; tap < count; tap++) {
                weights[tap] /= sum;
            }
        }
        return new Taps(sources, weights);
    }

    /** The filter at a distance: a tent, or the cubic convolution of Keys (1981). */
    private double weight(double distance) {
        double d = Math.abs(distance);
        if (rule.mode() == ResizeRule.Mode.LINEAR) {
            return Math.max(0, 1 - d);
        }
        double a = rule.cubicCoefficient();
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }
}
