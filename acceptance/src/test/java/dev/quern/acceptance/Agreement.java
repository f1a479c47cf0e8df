package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Map;

/**
 * Whether a run agrees with the peer: integers exactly, floats within {@code RELATIVE*|y| + ABSOLUTE*max|y|} of the peer's
 * {@code y}, where {@code max|y|} counts as at least {@link #LEAST_SCALE}.
 *
 * <p>Some models magnify rounding: one that quantises its activations differs from itself by far more than that when its sums
 * are merely added in another order. So the peer is run twice, with and without its graph optimisations, and what it differs
 * from itself by, times {@link #MARGIN}, is allowed too. {@link #plain} allows neither that nor the least scale.
 */
record Agreement(Map<String, Tensor> expected, Map<String, Tensor> unoptimised, double leastScale) {
    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-4;
    private static final double LEAST_SCALE = 1e-2;
    private static final double MARGIN = 3;

    Agreement(Map<String, Tensor> expected, Map<String, Tensor> unoptimised) {
        this(expected, unoptimised, LEAST_SCALE);
    }

    /** The rule without allowances: {@code RELATIVE*|y| + ABSOLUTE*max|y|}. */
    static Agreement plain(Map<String, Tensor> expected) {
        return new Agreement(expected, expected, 0);
    }

    void check(String where, Map<String, Tensor> found) {
        assertEquals(expected.keySet(), found.keySet(), where);
        expected.forEach(
                (name, tensor) -> check(where + ", output " + name, tensor, unoptimised.get(name), found.get(name)));
    }

    private void check(String where, Tensor expected, Tensor unoptimised, Tensor found) {
        assertEquals(expected.dtype(), found.dtype(), where);
        assertArrayEquals(expected.shape(), found.shape(), where);
        if (expected.dtype() == DType.F32) {
            float[] peer = expected.toFloatArray();
            checkFloats(where, peer, greatestDifference(peer, unoptimised.toFloatArray()), found.toFloatArray());
        } else {
            assertArrayEquals(expected.toByteArray(), found.toByteArray(), where);
        }
    }

    private static double greatestDifference(float[] left, float[] right) {
        double greatest = 0;
        for (int i = 0; i < left.length; i++) {
            greatest = Math.max(greatest, Math.abs((double) left[i] - right[i]));
        }
        return greatest;
    }

    private void checkFloats(String where, float[] expected, double uncertainty, float[] found) {
        double greatest = leastScale;
        for (float y : expected) {
            greatest = Math.max(greatest, Math.abs(y));
        }
        int wrong = 0;
        int worst = -1;
        double worstExcess = 0;
        for (int i = 0; i < expected.length; i++) {
            double allowed = RELATIVE * Math.abs(expected[i]) + ABSOLUTE * greatest + MARGIN * uncertainty;
            double excess = Math.abs((double) found[i] - expected[i]) - allowed;
            boolean same = Float.compare(expected[i], found[i]) == 0;
            if (!same && !(excess <= 0)) {
                wrong++;
                if (worst < 0 || !(excess <= worstExcess)) {
                    worst = i;
                    worstExcess = excess;
                }
            }
        }
        if (wrong > 0) {
            fail(where + ": " + wrong + " of " + expected.length + " elements are off, the worst is element " + worst
                    + ": expected " + expected[worst] + ", found " + found[worst] + " (greatest magnitude " + greatest
                    + ", the peer differs from itself by " + uncertainty + ")");
        }
    }
}
