package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A search that learns from the times that it is told: it begins with the first of the ranking and what others found to be fast, tries a few that lie far apart, then what a subclass thinks most of. Candidates that
 * gave no time are not tried again, and teach nothing.
 */
abstract class LearningSearch implements ScheduleSearch {
    /** Candidates tried before anything is learnt, those known from elsewhere left out. */
    private static final int BEGINNING = 4;

    /** Candidates that one of the beginning is chosen from. */
    private static final int DRAWN = 8;

    /** Less time than any clock tells, in nanoseconds. */
    private static final double LEAST_NANOS = 1e-3;

    private final List<Candidate> candidates;
    private final double[][] points;
    private final Random random;
    private final Set<Integer> untried = new LinkedHashSet<>();
    private final Map<Integer, Double> times = new LinkedHashMap<>();
    private final Map<Candidate, Integer> numbers = new HashMap<>();
    private final List<Integer> beginning = new ArrayList<>();
    private final Set<Integer> waiting = new LinkedHashSet<>();

    /**
     * Through {@code candidates}.
     *
     * @param candidates ranked, the one predicted to be fastest first
     * @param known candidates that were fast for a kernel like this one, the fastest first; tried after the first
     * @param seed of what is drawn
     */
    LearningSearch(List<Candidate> candidates, List<Candidate> known, long seed) {
        this.candidates = List.copyOf(candidates);
        this.points = ScheduleFeatures.of(this.candidates);
        this.random = new Random(seed);
        for (int i = 0; i < this.candidates.size(); i++) {
            untried.add(i);
            numbers.putIfAbsent(this.candidates.get(i), i);
        }
        Set<Integer> first = new LinkedHashSet<>();
        if (!candidates.isEmpty()) {
            first.add(0);
        }
        known.stream().filter(numbers::containsKey).map(numbers::get).forEach(first::add);
        beginning.addAll(first);
        while (beginning.size() < Math.min(Math.max(BEGINNING, first.size()), this.candidates.size())) {
            beginning.add(farthest());
        }
    }

    /**
     * Of a few that are drawn, the candidate whose nearest neighbour among those chosen is farthest; of the better half of the ranking while there is one, since the ranking is worth
     * something.
     */
    private int farthest() {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            if (!beginning.contains(i)) {
                left.add(i);
            }
        }
        List<Integer> better =
                left.stream().filter(i -> i <= candidates.size() / 2).toList();
        List<Integer> drawn = new ArrayList<>(better.isEmpty() ? left : better);
        Collections.shuffle(drawn, random);
        int best = -1;
        double most = -1;
        for (int i : drawn.subList(0, Math.min(DRAWN, drawn.size()))) {
            double nearest = Double.MAX_VALUE;
            for (int other : beginning) {
                nearest = Math.min(nearest, squaredDistance(points[i], points[other]));
            }
            if (nearest > most) {
                most = nearest;
                best = i;
            }
        }
        return best;
    }

    static double squaredDistance(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (one[i] - other[i]) * (one[i] - other[i]);
        }
        return sum;
    }

    @Override
    public final Optional<Candidate> next() {
        if (untried.isEmpty()) {
            return Optional.empty();
        }
        int next;
        if (!beginning.isEmpty()) {
            next = beginning.removeFirst();
        } else if (times.isEmpty()) {
            next = untried.iterator().next();
        } else {
            next = best(learnt());
        }
        untried.remove(next);
        waiting.add(next);
        return Optional.of(candidates.get(next));
    }

    @Override
    public final void found(TrialOutcome outcome) {
        Integer number = numbers.get(outcome.candidate());
        if (number != null) {
            waiting.remove(number);
            if (outcome.isMeasured()) {
                times.put(number, Math.log(Math.max(LEAST_NANOS, outcome.nanos())));
            }
        }
    }

    /**
     * What was found so far.
     *
     * @param points of the candidates timed, and of those being tried, for which the mean stands
     * @param values logarithms of times, of mean 0 and deviation 1
     * @param best the least of them
     */
    record LearntTimes(double[][] points, double[] values, double best) {}

    private LearntTimes learnt() {
        List<Integer> order = new ArrayList<>(times.keySet());
        double mean = times.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
        double squares = times.values().stream()
                .mapToDouble(time -> (time - mean) * (time - mean))
                .sum();
        double deviation = Math.max(1e-6, Math.sqrt(squares / order.size()));
        order.addAll(waiting);
        double[][] where = new double[order.size()][];
        double[] values = new double[order.size()];
        double best = Double.MAX_VALUE;
        for (int i = 0; i < order.size(); i++) {
            where[i] = points[order.get(i)];
            values[i] = (times.getOrDefault(order.get(i), mean) - mean) / deviation;
            best = Math.min(best, values[i]);
        }
        return new LearntTimes(where, values, best);
    }

    /** Whether all that is learnt from is finite. */
    boolean learnsNumbers() {
        return Arrays.stream(learnt().values()).allMatch(Double::isFinite);
    }

    private int best(LearntTimes learnt) {
        List<Integer> left = List.copyOf(untried);
        double[] worth = worth(learnt, left.stream().map(i -> points[i]).toArray(double[][]::new), random);
        int best = 0;
        for (int i = 1; i < worth.length; i++) {
            best = worth[i] > worth[best] ? i : best;
        }
        return left.get(best);
    }

    /** What trying each of {@code left} is thought to be worth; the greatest is tried. */
    abstract double[] worth(LearntTimes learnt, double[][] left, Random random);
}
