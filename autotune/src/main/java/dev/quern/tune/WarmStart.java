package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was fast of the same operator at other shapes, for a shape of which nothing is known. Kernels of other shapes are other kernels, with loops of other lengths; their candidates are alike by their names, which say what turns of the knobs they are.
 */
public final class WarmStart {
    /** Shapes that are looked at, the nearest first. */
    private static final int NEAREST = 3;

    /** Keeps one shape that is very near from deciding alone. */
    private static final double BLUR = 0.25;

    private WarmStart() {}

    /**
     * The times at another shape.
     *
     * @param shape as {@link TunedOperator} has it
     * @param sweep its candidates with times
     */
    public record NearSweep(String shape, RecordedSweep sweep) {}

    /**
     * {@code candidates}, those first that lost least against the fastest at the nearest shapes; those behind that no near shape has a time of, in their order.
     *
     * @param shape that they are of
     */
    public static List<Candidate> order(String shape, List<Candidate> candidates, List<NearSweep> others) {
        List<NearSweep> near = others.stream()
                .filter(one -> one.sweep().fastest().isPresent() && Double.isFinite(distance(shape, one.shape())))
                .sorted(Comparator.comparingDouble(one -> distance(shape, one.shape())))
                .limit(NEAREST)
                .toList();
        Map<String, Double> losses = new HashMap<>();
        Map<String, Double> weights = new HashMap<>();
        for (NearSweep one : near) {
            double weight = 1 / (BLUR + distance(shape, one.shape()));
            for (Candidate candidate : one.sweep().candidates()) {
                double loss = Math.log1p(one.sweep().regret(candidate));
                losses.merge(candidate.name(), weight * loss, Double::sum);
                weights.merge(candidate.name(), weight, Double::sum);
            }
        }
        List<Candidate> order = new ArrayList<>(candidates);
        order.sort(Comparator.comparingDouble(one -> losses.containsKey(one.name())
                ? losses.get(one.name()) / weights.get(one.name())
                : Double.POSITIVE_INFINITY));
        return order;
    }

    /** How far two shapes of an operator are from each other: the sum of the logarithms of what their numbers are of each other; infinity if they have not as many. */
    static double distance(String shape, String other) {
        String[] numbers = shape.split("x");
        String[] others = other.split("x");
        if (numbers.length != others.length) {
            return Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int i = 0; i < numbers.length; i++) {
            sum += Math.abs(Math.log(Double.parseDouble(numbers[i]) / Double.parseDouble(others[i])));
        }
        return sum;
    }
}
