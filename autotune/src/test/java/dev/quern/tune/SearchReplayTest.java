package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.CodeBudget;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.ScheduledCost;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Searches over times of a machine that is made up, which takes its time for instructions and loads, so that no clock plays a part: random draws from the cross product, whose order says nothing.
 * Regret is by how much the best that a search found is slower than the best of all.
 */
class SearchReplayTest {
    private static final int EVALUATIONS = 16;
    private static final int SEEDS = 8;
    private static final int DRAWN = 160;

    private static final Target.Processor TARGET = new Target.Processor(
            "jvm-512",
            512,
            32,
            1,
            32 << 10,
            1 << 20,
            new CodeBudget(List.of(new RegisterTile(12, 2), new RegisterTile(4, 2), new RegisterTile(1, 1)), 1));

    private static final Map<String, RecordedSweep> SWEEPS = made();

    private static Map<String, RecordedSweep> made() {
        Map<String, RecordedSweep> sweeps = new LinkedHashMap<>();
        for (String shape : List.of("24x64x96", "20x48x160", "36x32x64")) {
            TunedKernel kernel = TunedKernel.of(TunedOperator.MATMUL, shape, TARGET);
            List<Candidate> all = new ArrayList<>(kernel.joint());
            Collections.shuffle(all, new Random(5));
            Map<Candidate, Double> nanos = new LinkedHashMap<>();
            List<Candidate> candidates = new ArrayList<>();
            for (Candidate one : all.subList(0, DRAWN)) {
                try {
                    Kernel scheduled = Scheduler.apply(kernel.step().kernel(), one.schedule(), TARGET);
                    ScheduledCost cost = ScheduledCost.of(scheduled, new long[0], TARGET.vectorBits());
                    nanos.put(one, cost.instructions() + 1.2 * cost.loads());
                    candidates.add(one);
                } catch (ScheduleRefusal refused) {
                    // Then it is none of the sweep's.
                }
            }
            sweeps.put(shape, new RecordedSweep(candidates, nanos));
        }
        return sweeps;
    }

    private static double median(List<Double> regrets) {
        return regrets.stream().sorted().toList().get(regrets.size() / 2);
    }

    @Test
    void gridFindsTheBest() {
        SWEEPS.forEach((name, sweep) -> assertEquals(
                0,
                sweep.regret(
                        new GridSearch(sweep.candidates()), sweep.candidates().size()),
                name));
    }

    /** Of the made-up machine's times no such thing holds: there neither search is better than chance. */
    @Test
    void whereTimesChangeSmoothlyWithStepsSearchesRegretLessThanChance() {
        List<Double> chance = new ArrayList<>();
        List<Double> learnt = new ArrayList<>();
        List<Double> bandit = new ArrayList<>();
        for (RecordedSweep sweep : SWEEPS.values()) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                RecordedSweep smooth = smooth(
                        sweep.candidates(), (int) (seed * sweep.candidates().size() / (SEEDS + 1)));
                chance.add(smooth.regret(new RandomSearch(smooth.candidates(), seed), EVALUATIONS));
                learnt.add(smooth.regret(new BayesianSearch(smooth.candidates(), List.of(), seed), EVALUATIONS));
                bandit.add(smooth.regret(new NeuralBandit(smooth.candidates(), List.of(), seed), EVALUATIONS));
            }
        }
        assertTrue(median(learnt) <= median(chance) / 2, "random " + median(chance) + ", bayesian " + median(learnt));
        assertTrue(median(bandit) <= median(chance) / 2, "random " + median(chance) + ", bandit " + median(bandit));
    }

    /** Times that grow with the distance from the candidate number {@code fastest}. */
    private static RecordedSweep smooth(List<Candidate> candidates, int fastest) {
        double[][] points = ScheduleFeatures.of(candidates);
        Map<Candidate, Double> nanos = new LinkedHashMap<>();
        for (int i = 0; i < points.length; i++) {
            nanos.put(candidates.get(i), 100 * (1 + LearningSearch.squaredDistance(points[i], points[fastest])));
        }
        return new RecordedSweep(candidates, nanos);
    }

    @Test
    void itsSeedDrawsTheBeginning() {
        RecordedSweep sweep = SWEEPS.values().iterator().next();
        Set<List<Candidate>> beginnings = new HashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<Candidate> beginning = beginning(sweep, seed);
            assertEquals(beginning, beginning(sweep, seed));
            assertEquals(sweep.candidates().getFirst(), beginning.getFirst());
            beginnings.add(beginning);
        }
        assertTrue(beginnings.size() > SEEDS / 2, beginnings.size() + " beginnings of " + SEEDS + " seeds");
    }

    private static List<Candidate> beginning(RecordedSweep sweep, long seed) {
        BayesianSearch search = new BayesianSearch(sweep.candidates(), List.of(), seed);
        List<Candidate> first = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            first.add(search.next().orElseThrow());
        }
        return first;
    }

    @Test
    void everySearchTriesEachCandidateOnceAndEnds() {
        RecordedSweep sweep = SWEEPS.values().iterator().next();
        List<Candidate> few = sweep.candidates().subList(0, 24);
        for (ScheduleSearch search : List.of(
                new BayesianSearch(few, List.of(), 1),
                new BayesianSearch(few, few.subList(20, 22), 2),
                new NeuralBandit(few, List.of(), 1),
                new NeuralBandit(few, few.subList(20, 22), 2))) {
            List<Candidate> tried = new ArrayList<>();
            for (Optional<Candidate> next = search.next(); next.isPresent(); next = search.next()) {
                tried.add(next.get());
                if (tried.size() % 3 != 0) {
                    search.found(TrialOutcome.measured(next.get(), 100 + tried.size(), ""));
                } else {
                    search.found(TrialOutcome.without(next.get(), TrialOutcome.TrialStatus.REFUSED, "for a test"));
                }
            }
            assertEquals(few.size(), tried.size());
            assertEquals(few.size(), tried.stream().distinct().count());
            assertEquals(few.getFirst(), tried.getFirst(), "the first of the ranking is tried first");
        }
    }

    @Test
    void noTimeAtAllTeachesToo() {
        RecordedSweep sweep = SWEEPS.values().iterator().next();
        BayesianSearch search = new BayesianSearch(sweep.candidates().subList(0, 12), List.of(), 1);
        Set<Candidate> tried = new HashSet<>();
        for (Optional<Candidate> next = search.next(); next.isPresent(); next = search.next()) {
            tried.add(next.get());
            double nanos = tried.size() == 2 ? 0 : sweep.times().get(next.get());
            search.found(TrialOutcome.measured(next.get(), nanos, ""));
            assertTrue(search.learnsNumbers(), "after " + tried.size());
        }
        assertEquals(12, tried.size());
    }

    @Test
    void expectedImprovementIsThatOfANormalVariable() {
        assertEquals(1 / Math.sqrt(2 * Math.PI), BayesianSearch.expectedImprovement(0, 1), 1e-9);
        assertEquals(0.5, BayesianSearch.below(0), 1e-7);
        assertEquals(0.975, BayesianSearch.below(1.959964), 1e-6);
        assertEquals(2, BayesianSearch.expectedImprovement(2, 0), 0);
    }
}
