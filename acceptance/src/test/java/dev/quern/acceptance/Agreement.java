package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a run agrees with the peer: integers exactly, floats within {@code RELATIVE*|y| + ABSOLUTE*max|y|} of the peer's
 * {@code y}.
 *
 * <p>Some models magnify rounding, so that two right ways to add up are further apart than that. Of these a run in f64 judges what is
 * beyond the rule: Quern is within the rule of it, or no further from it than the peer is, with or without its optimisations. That run
 * must be one of the same model: about where the peer is.
 *
 * @param judge of a model that magnifies rounding
 */
record Agreement(Map<String, Tensor> expected, Optional<WideRun> judge) {
    /**
     * A run in f64.
     *
     * @param unoptimised what the peer gives without its optimisations
     * @param wide makes the run
     * @param chance how many times the peer's distance is allowed
     */
    record WideRun(Map<String, Tensor> unoptimised, Supplier<Map<String, Tensor>> wide, double chance) {}

    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-4;

    /** The run in f64 is this near to the peer, in shares of the greatest number, or within a few units of 1 in f32. */
    private static final double SAME_MODEL = 0.05;

    private static final double FEW_UNITS = 1e-6;

    /** The rule without a judge. */
    static Agreement plain(Map<String, Tensor> expected) {
        return new Agreement(expected, Optional.empty());
    }

    void check(String where, Map<String, Tensor> found) {
        assertEquals(expected.keySet(), found.keySet(), where);
        expected.forEach((name, tensor) -> check(where + ", output " + name, name, tensor, found.get(name)));
    }

    private void check(String where, String name, Tensor expected, Tensor found) {
        assertEquals(expected.dtype(), found.dtype(), where);
        assertArrayEquals(expected.shape(), found.shape(), where);
        if (expected.dtype() != DType.F32) {
            assertArrayEquals(expected.toByteArray(), found.toByteArray(), where);
            return;
        }
        double[] peer = doubles(expected);
        double[] ours = doubles(found);
        Optional<String> excess = excess(peer, ours);
        if (excess.isPresent() && judge.isPresent()) {
            judge(where, judge.get(), name, peer, ours);
        } else {
            excess.ifPresent(text -> fail(where + ": " + text));
        }
    }

    private static void judge(String where, WideRun judge, String name, double[] peer, double[] ours) {
        double[] wide = judge.wide().get().get(name).toDoubleArray();
        double[] plain = doubles(judge.unoptimised().get(name));
        double distance = Math.max(greatestDifference(wide, peer), greatestDifference(wide, plain));
        double least = Math.min(greatestDifference(wide, peer), greatestDifference(wide, plain));
        double greatest = greatest(peer);
        if (least > SAME_MODEL * greatest + FEW_UNITS) {
            fail(where + ": the run in f64 is " + least + " from the peer, whose greatest number is " + greatest);
        }
        Optional<String> excess = excess(wide, ours);
        if (excess.isPresent() && greatestDifference(wide, ours) > judge.chance() * distance) {
            fail(where + ", against the run in f64: " + excess.get() + "; at most " + greatestDifference(wide, ours)
                    + " from it, the peer " + distance);
        }
    }

    private static double greatest(double[] values) {
        return Arrays.stream(values)
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
    }

    private static double[] doubles(Tensor tensor) {
        float[] floats = tensor.toFloatArray();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** Infinite where one has a number and the other has none. */
    private static double greatestDifference(double[] left, double[] right) {
        double greatest = 0;
        for (int i = 0; i < left.length; i++) {
            double difference = Math.abs(left[i] - right[i]);
            boolean same = Double.compare(left[i], right[i]) == 0;
            greatest = Math.max(greatest, same ? 0 : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
        return greatest;
    }

    /** What is beyond the rule, if anything is. */
    private static Optional<String> excess(double[] expected, double[] found) {
        double greatest = greatest(expected);
        int wrong = 0;
        int worst = -1;
        double worstExcess = 0;
        for (int i = 0; i < expected.length; i++) {
            double allowed = RELATIVE * Math.abs(expected[i]) + ABSOLUTE * greatest;
            double excess = Math.abs(found[i] - expected[i]) - allowed;
            boolean same = expected[i] == found[i] || Double.isNaN(expected[i]) && Double.isNaN(found[i]);
            if (!same && (Double.isInfinite(expected[i]) || !(excess <= 0))) {
                wrong++;
                if (worst < 0 || !(excess <= worstExcess)) {
                    worst = i;
                    worstExcess = excess;
                }
            }
        }
        return wrong == 0
                ? Optional.empty()
                : Optional.of(wrong + " of " + expected.length + " elements are off, the worst is element " + worst
                        + ": expected " + expected[worst] + ", found " + found[worst] + " (greatest magnitude "
                        + greatest + ")");
    }
}
