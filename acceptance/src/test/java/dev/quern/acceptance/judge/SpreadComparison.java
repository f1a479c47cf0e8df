package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Compares with what a reference expects, within the spread of its results when every rounding is moved at random.
 *
 * @param units of rounding of the expected number
 * @param margin how many spreads more
 */
record SpreadComparison(double units, double margin) {
    /** What an engine that does what the reference does is held to. */
    static final SpreadComparison OURS = new SpreadComparison(4, 6);

    /** What an engine is held to that may compute a function otherwise, and in other steps. */
    static final SpreadComparison PEER = new SpreadComparison(32, 24);

    private static final int[] MORE_RUNS = {6, 30};

    /** Tried with no allowance for how rounding spreads, and with more only where there is a difference. */
    Optional<String> difference(
            ReferenceModel reference,
            Map<String, Tensor> inputs,
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            long seed) {
        Optional<String> difference = RoundingComparison.difference(expected, found, List.of(), units, margin);
        Random random = new Random(seed);
        List<Map<String, Tensor>> moved = new ArrayList<>();
        for (int more : MORE_RUNS) {
            if (difference.isEmpty()) {
                return difference;
            }
            if (moved.isEmpty()) {
                moved.add(reference.run(inputs));
            }
            for (int i = 0; i < more; i++) {
                reference.runMoved(inputs, random).ifPresent(moved::add);
            }
            difference = RoundingComparison.difference(expected, found, moved, units, margin);
        }
        return difference;
    }
}
