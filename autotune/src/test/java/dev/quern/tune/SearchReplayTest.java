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

    private static final Map<String, MadeUpSweep> SWEEPS = made();

    /** Candidates with their times, as they were drawn. */
    private record MadeUpSweep(List<Candidate> candidates, Map<String, Double> nanos) {
        double best() {
            return nanos.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElseThrow();
        }
    }

    private interface SearchMaker {
        ScheduleSearch make(List<Candidate> candidates, long seed);
    }

    private static Map<String, MadeUpSweep> made() {
        Map<String, MadeUpSweep> sweeps = new LinkedHashMap<>();
        for (String shape : List.of("24x64x96", "20x48x160", "36x32x64")) {
            TunedKernel kernel = TunedKernel.of(TunedOperator.MATMUL, shape, TARGET);
            List<Candidate> all = new ArrayList<>(kernel.joint());
            Collections.shuffle(all, new Random(5));
            Map<String, Double> nanos = new LinkedHashMap<>();
            List<Candidate> candidates = new ArrayList<>();
            for (Candidate one : all.subList(0, DRAWN)) {
                try {
                    Kernel scheduled = Scheduler.apply(kernel.step().kernel(), one.schedule(), TARGET);
                    ScheduledCost cost = ScheduledCost.of(scheduled, new long[0], TARGET.vectorBits());
                    nanos.put(one.name(), cost.instructions() + 1.2 * cost.loads());
                    candidates.add(one);
                } catch (ScheduleRefusal refused) {
                    // Then it is none of the sweep's.
                }
            }
            sweeps.put(shape, new MadeUpSweep(candidates, nanos));
        }
        return sweeps;
    }

    /** What the search found after so many evaluations, over the best. */
    private static double regret(MadeUpSweep sweep, ScheduleSearch search, int evaluations) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < evaluations; i++) {
            Optional<Candidate> next = search.next();
            if (next.isEmpty()) {
                break;
            }
            double nanos = sweep.nanos().get(next.get().name());
            best = Math.min(best, nanos);
            search.found(TrialOutcome.measured(next.get(), nanos, ""));
        }
        return best / sweep.best() - 1;
    }

    /** Over all sweeps and seeds. */
    private static double median(SearchMaker maker) {
        List<Double> regrets = new ArrayList<>();
        SWEEPS.forEach((name, sweep) -> {
            for (long seed = 1; seed <= SEEDS; seed++) {
                regrets.add(regret(sweep, maker.make(sweep.candidates(), seed), EVALUATIONS));
            }
        });
        regrets.sort(null);
        return regrets.get(regrets.size() / 2);
    }

    @Test
    void gridFindsTheBest() {
        SWEEPS.forEach((name, sweep) -> assertEquals(
                0,
                regret(
                        sweep,
                        new GridSearch(sweep.candidates()),
                        sweep.candidates().size()),
                name));
    }

    @Test
    void whatLearnsRegretsLessThanChance() {
        double random = median(RandomSearch::new);
        double bayesian = median((candidates, seed) -> new BayesianSearch(candidates, List.of(), seed));
        assertTrue(bayesian <= random / 2, "random " + random + ", bayesian " + bayesian);
    }

    @Test
    void everySearchTriesEachCandidateOnceAndEnds() {
        MadeUpSweep sweep = SWEEPS.values().iterator().next();
        List<Candidate> few = sweep.candidates().subList(0, 24);
        for (ScheduleSearch search :
                List.of(new BayesianSearch(few, List.of(), 1), new BayesianSearch(few, few.subList(20, 22), 2))) {
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
        MadeUpSweep sweep = SWEEPS.values().iterator().next();
        BayesianSearch search = new BayesianSearch(sweep.candidates().subList(0, 12), List.of(), 1);
        Set<Candidate> tried = new HashSet<>();
        for (Optional<Candidate> next = search.next(); next.isPresent(); next = search.next()) {
            tried.add(next.get());
            double nanos = tried.size() == 2 ? 0 : sweep.nanos().get(next.get().name());
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
