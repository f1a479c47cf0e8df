package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares outputs with what they should be, within what rounding alone can do to each element. */
final class RoundingComparison {
    private RoundingComparison() {}

    /**
     * The first difference, if there is one: element types and shapes, integers exactly, floating-point numbers within
     * {@code units} units of rounding of the expected number and {@code margin} times the spread that {@code moved} shows.
     *
     * @param moved the expected outputs with every rounding moved at random, once each; may be none
     */
    static Optional<String> difference(
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            List<Map<String, Tensor>> moved,
            double units,
            double margin) {
        if (!expected.keySet().equals(found.keySet())) {
            return Optional.of("outputs: expected " + expected.keySet() + ", found " + found.keySet());
        }
        for (var entry : expected.entrySet()) {
            String name = entry.getKey();
            List<Tensor> spread = moved.stream().map(run -> run.get(name)).toList();
            Optional<String> difference = difference(entry.getValue(), found.get(name), spread, units, margin);
            if (difference.isPresent()) {
                return difference.map(text -> "output " + name + ": " + text);
            }
        }
        return Optional.empty();
    }

    /** Whether an output is of another type or has another number of axes, which no rounding changes. */
    static boolean isUnlike(Map<String, Tensor> expected, Map<String, Tensor> found) {
        return expected.entrySet().stream().anyMatch(entry -> {
            Tensor other = found.get(entry.getKey());
            return other == null
                    || other.dtype() != entry.getValue().dtype()
                    || other.rank() != entry.getValue().rank();
        });
    }

    private static Optional<String> difference(
            Tensor expected, Tensor found, List<Tensor> moved, double units, double margin) {
        if (expected.dtype() != found.dtype() || !Arrays.equals(expected.shape(), found.shape())) {
            return Optional.of("expected " + expected + ", found " + found);
        }
        // A jump may change even the shape, as of NonZero; then nothing can be said of the elements.
        if (moved.stream().anyMatch(each -> !Arrays.equals(each.shape(), expected.shape()))) {
            return Optional.empty();
        }
        return RealElements.isReal(expected.dtype())
                ? real(expected, found, moved, units, margin)
                : exact(expected, found, moved);
    }

    private static Optional<String> exact(Tensor expected, Tensor found, List<Tensor> moved) {
        if (expected.dtype() == DType.STRING) {
            boolean same = expected.strings().equals(found.strings());
            return same
                    ? Optional.empty()
                    : Optional.of("expected " + expected.strings() + ", found " + found.strings());
        }
        // Elements of less than a byte are compared by the byte.
        int width = Math.max(1, expected.dtype().bits() / 8);
        byte[] right = expected.toByteArray();
        byte[] left = found.toByteArray();
        if (Arrays.equals(right, left)) {
            return Optional.empty();
        }
        List<byte[]> others = moved.stream().map(Tensor::toByteArray).toList();
        for (int i = 0; i < right.length / width; i++) {
            int from = i * width;
            int to = from + width;
            boolean same = Arrays.equals(right, from, to, left, from, to);
            boolean settled = others.stream().allMatch(other -> Arrays.equals(right, from, to, other, from, to));
            if (!same && settled) {
                return Optional.of(at(expected, found, i));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> real(
            Tensor expected, Tensor found, List<Tensor> moved, double units, double margin) {
        double[] right = RealElements.doubles(expected);
        double[] left = RealElements.doubles(found);
        List<double[]> others = moved.stream().map(RealElements::doubles).toList();
        double unit = 2 * RealElements.unit(expected.dtype());
        double least = RealElements.least(expected.dtype());
        for (int i = 0; i < right.length; i++) {
            if (Double.compare(right[i], left[i]) == 0 || right[i] == left[i]) {
                continue;
            }
            double spread = 0;
            boolean settled = true;
            for (double[] other : others) {
                settled &= Double.isNaN(other[i]) == Double.isNaN(right[i])
                        && (Double.isInfinite(other[i]) ? other[i] == right[i] : !Double.isInfinite(right[i]));
                spread = Math.max(spread, Math.abs(other[i] - right[i]));
            }
            double allowed = units * (unit * Math.abs(right[i]) + least) + margin * spread;
            boolean close = Double.isFinite(right[i]) && Math.abs(left[i] - right[i]) <= allowed;
            if (settled && !close) {
                return Optional.of(at(expected, found, i) + " (allowed " + allowed + ")");
            }
        }
        return Optional.empty();
    }

    private static String at(Tensor expected, Tensor found, int index) {
        return expected + " element " + index + ": expected " + RealElements.text(expected, index) + ", found "
                + RealElements.text(found, index);
    }
}
