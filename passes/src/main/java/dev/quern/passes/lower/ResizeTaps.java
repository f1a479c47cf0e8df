package dev.quern.passes.lower;

import dev.quern.ir.graph.ResizeRule;
import java.util.ArrayList;
import java.util.List;

/**
 * Which elements along one axis of known extents an element of a resized tensor is made of, and with which weights, by
 * the formulas of ONNX Resize. Coordinates are computed in f32, as ONNX Runtime does, and for integers the weights are too.
 * As there, the last element is taken twice with half the weight by plain linear interpolation: no infinity is multiplied by 0.
 *
 * @param indices for each tap, the index for each element
 * @param weights for each tap, the weight for each element
 * @param outside whether an element lies outside, where the rule extrapolates
 */
record ResizeTaps(List<long[]> indices, List<double[]> weights, boolean[] outside) {
    static ResizeTaps of(ResizeRule rule, double scale, int from, int to, double start, double end, boolean whole) {
        int[] reach = reach(rule, scale);
        ResizeTaps taps = new ResizeTaps(new ArrayList<>(), new ArrayList<>(), new boolean[to]);
        for (int tap = reach[0]; tap <= reach[1]; tap++) {
            taps.indices.add(new long[to]);
            taps.weights.add(new double[to]);
        }
        for (int i = 0; i < to; i++) {
            float at = coordinate(rule.coordinates(), i, (float) scale, from, to, (float) start, (float) end);
            taps.outside[i] = rule.coordinates().equals("tf_crop_and_resize") && (at < 0 || at > from - 1);
            taps.element(rule, scale, from, i, at, reach[0], whole);
        }
        return taps;
    }

    /** The first and last tap, relative to the element at or below the coordinate. */
    private static int[] reach(ResizeRule rule, double scale) {
        int half = switch (rule.mode()) {
            case NEAREST -> 0;
            case LINEAR -> 1;
            case CUBIC -> 2;
        };
        if (half == 0) {
            return new int[] {0, 0};
        }
        int wide = rule.antialias() && scale < 1 ? (int) Math.ceil(half / scale) : half;
        return new int[] {1 - wide, wide};
    }

    private void element(ResizeRule rule, double scale, int from, int i, double at, int first, boolean whole) {
        if (rule.mode() == ResizeRule.Interpolation.NEAREST) {
            indices.getFirst()[i] = Math.clamp(nearest(rule.nearest(), scale, at), 0, Math.max(0, from - 1));
            weights.getFirst()[i] = 1;
            return;
        }
        boolean linear = rule.mode() == ResizeRule.Interpolation.LINEAR && !rule.antialias() && !rule.excludeOutside();
        if (linear && at >= from - 1) {
            for (int tap = 0; tap < indices.size(); tap++) {
                indices.get(tap)[i] = Math.max(0, from - 1);
                weights.get(tap)[i] = 0.5;
            }
            return;
        }
        double shrink = rule.antialias() ? Math.min(1, scale) : 1;
        long below = (long) Math.floor(at);
        double total = 0;
        for (int tap = 0; tap < indices.size(); tap++) {
            long index = below + first + tap;
            double distance = Math.abs(at - index) * shrink;
            double weight = whole ? narrowWeight(rule, (float) distance) : weight(rule, distance);
            boolean dropped = rule.excludeOutside() && (index < 0 || index >= from);
            weights.get(tap)[i] = dropped ? 0 : weight;
            indices.get(tap)[i] = Math.clamp(index, 0, Math.max(0, from - 1));
            total += weights.get(tap)[i];
        }
        if (rule.excludeOutside() || rule.antialias()) {
            for (double[] weight : weights) {
                weight[i] = whole ? (float) (weight[i] / total) : weight[i] / total;
            }
        }
    }

    private static double weight(ResizeRule rule, double d) {
        if (rule.mode() == ResizeRule.Interpolation.LINEAR) {
            return Math.max(0, 1 - d);
        }
        double a = rule.cubicCoefficient();
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /** The same in f32. */
    private static float narrowWeight(ResizeRule rule, float d) {
        if (rule.mode() == ResizeRule.Interpolation.LINEAR) {
            return Math.max(0, 1 - d);
        }
        double a = rule.cubicCoefficient();
        if (d <= 1) {
            return ((float) (a + 2) * d - (float) (a + 3)) * d * d + 1;
        }
        return d < 2 ? (((float) a * d - (float) (5 * a)) * d + (float) (8 * a)) * d - (float) (4 * a) : 0;
    }

    private static long nearest(String mode, double scale, double at) {
        return (long)
                switch (mode) {
                    case "floor" -> Math.floor(at);
                    case "ceil" -> Math.ceil(at);
                    case ResizeRule.BY_DIRECTION -> scale < 1 ? Math.ceil(at) : Math.floor(at);
                    case "round_prefer_ceil" -> Math.floor(at) + (at - Math.floor(at) > 0.5 - ResizeRule.TIE ? 1 : 0);
                    default -> Math.floor(at) + (at - Math.floor(at) < 0.5 + ResizeRule.TIE ? 0 : 1);
                };
    }

    private static float coordinate(String mode, int i, float scale, int from, int to, float start, float end) {
        return switch (mode) {
            case "asymmetric" -> i / scale;
            case "align_corners" -> to == 1 ? 0 : (float) i * (from - 1) / (to - 1);
            case "pytorch_half_pixel" -> to == 1 ? 0 : (i + 0.5f) / scale - 0.5f;
            case "half_pixel_symmetric" -> {
                float adjustment = to / (scale * from);
                float offset = from / 2f * (1 - adjustment);
                yield offset + (i + 0.5f) / scale - 0.5f;
            }
            case "tf_half_pixel_for_nn" -> (i + 0.5f) / scale;
            case "tf_crop_and_resize" ->
                to > 1
                        ? start * (from - 1) + i * (end - start) * (from - 1) / (to - 1)
                        : 0.5f * (start + end) * (from - 1);
            default -> (i + 0.5f) / scale - 0.5f;
        };
    }
}
