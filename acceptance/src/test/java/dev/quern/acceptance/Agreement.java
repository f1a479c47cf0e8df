package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.Map;

/**
 * Whether two runs of a model agree: integers exactly, floats within {@code RELATIVE*|y| + ABSOLUTE*max|y|} of the peer's
 * {@code y}.
 */
final class Agreement {
    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-4;

    private Agreement() {}

    static void check(String where, Map<String, Tensor> expected, Map<String, Tensor> found) {
        assertEquals(expected.keySet(), found.keySet(), where);
        expected.forEach((name, tensor) -> check(where + ", output " + name, tensor, found.get(name)));
    }

    private static void check(String where, Tensor expected, Tensor found) {
        assertEquals(expected.dtype(), found.dtype(), where);
        assertArrayEquals(expected.shape(), found.shape(), where);
        if (expected.dtype() == DType.F32) {
            checkFloats(where, expected.toFloatArray(), found.toFloatArray());
        } else {
            assertArrayEquals(expected.toByteArray(), found.toByteArray(), where);
        }
    }

    private static void checkFloats(String where, float[] expected, float[] found) {
        double greatest = 0;
        for (float y : expected) {
            greatest = Math.max(greatest, Math.abs(y));
        }
        int wrong = 0;
        int worst = -1;
        double worstExcess = 0;
        for (int i = 0; i < expected.length; i++) {
            double allowed = RELATIVE * Math.abs(expected[i]) + ABSOLUTE * greatest;
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
                    + ")");
        }
    }
}
