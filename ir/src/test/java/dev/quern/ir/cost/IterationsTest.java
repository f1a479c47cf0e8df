package dev.quern.ir.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IterationsTest {
    /** Loops and conditions, and their count by going through every point. */
    private static final class Points {
        private final Random random;
        private final List<String> variables = new ArrayList<>();
        private final List<Dim> extents = new ArrayList<>();
        private final List<Dim> conditions = new ArrayList<>();
        private final List<Dim> negated = new ArrayList<>();

        Points(long seed) {
            random = new Random(seed);
            for (int loop = 0; loop < 4; loop++) {
                Dim extent = random.nextInt(3) == 0 ? affine() : Dim.of(random.nextInt(6));
                variables.add("v" + loop);
                extents.add(extent);
            }
            for (int condition = random.nextInt(4); condition > 0; condition--) {
                conditions.add(affine());
            }
            for (int condition = random.nextInt(3); condition > 0; condition--) {
                negated.add(affine());
            }
        }

        private Dim affine() {
            Dim sum = Dim.of(random.nextInt(7) - 2).plus(Dim.symbol("n"));
            for (String variable : variables) {
                sum = sum.plus(Dim.symbol(variable).times(random.nextInt(5) - 2));
            }
            return random.nextInt(4) == 0 ? sum.floorDiv(Dim.of(2)) : sum;
        }

        Iterations iterations(long n) {
            Iterations at = Iterations.once(Map.of("n", n));
            for (int loop = 0; loop < variables.size(); loop++) {
                at = at.in(variables.get(loop), extents.get(loop));
            }
            at = at.where(conditions);
            return negated.isEmpty() ? at : at.whereNot(negated);
        }

        long count(int loop, Map<String, Long> values) {
            if (loop == variables.size()) {
                boolean in = conditions.stream().allMatch(dim -> dim.evaluate(values::get) >= 0);
                boolean out = !negated.isEmpty() && negated.stream().allMatch(dim -> dim.evaluate(values::get) >= 0);
                return in && !out ? 1 : 0;
            }
            long sum = 0;
            for (long value = 0; value < extents.get(loop).evaluate(values::get); value++) {
                values.put(variables.get(loop), value);
                sum += count(loop + 1, values);
            }
            return sum;
        }
    }

    @Test
    void countsAsGoingThroughEveryPointDoes() {
        for (long seed = 0; seed < 500; seed++) {
            Points points = new Points(seed);
            long n = seed % 4;
            assertEquals(
                    points.count(0, new HashMap<>(Map.of("n", n))),
                    points.iterations(n).count(),
                    "seed " + seed);
        }
    }

    @Test
    void loopsThatAreNotTiedCostNothing() {
        Dim million = Dim.of(1_000_000);
        Iterations at = Iterations.once(Map.of());
        for (String variable : List.of("a", "b", "c")) {
            at = at.in(variable, million).where(List.of(Dim.symbol(variable).minus(1)));
        }
        assertEquals(999_999.0 * 999_999.0 * 999_999.0, at.count());
    }

    @Test
    void beyondWhatCanBeCountedConditionsAreTakenToHold() {
        Dim many = Dim.of(100_000);
        Iterations at = Iterations.once(Map.of())
                .in("a", many)
                .in("b", many)
                .where(List.of(Dim.symbol("a").minus(Dim.symbol("b"))));
        assertEquals(1e10, at.count());
    }
}
