package dev.quern.cli;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.tune.BayesianSearch;
import dev.quern.tune.GridSearch;
import dev.quern.tune.NeuralBandit;
import dev.quern.tune.RandomSearch;
import dev.quern.tune.RecordKey;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.ScheduleSearch;
import dev.quern.tune.TunedKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How candidates are gone through.
 *
 * @param kind which of them, in which order
 * @param seed of what is drawn
 * @param untried whether those are left out that records of this device and build have, whatever became of them; the default is timed in any case, since times are held against it
 */
record TuneSearch(SearchKind kind, long seed, boolean untried) {
    /** How the candidates are gone through. */
    enum SearchKind {
        /** Those that the rules leave, as they are ranked. */
        grid,
        /** The cross product, at random. */
        random,
        /** The cross product, where a Gaussian process expects to gain most. */
        bayesian,
        /** The cross product, where a neural network and what it is sure of expect the least time. */
        bandit
    }

    /** Through the candidates of {@code kernel}, of which {@code recorded} may know. */
    ScheduleSearch of(TunedKernel kernel, RecordKey key, RecordedSchedules recorded) {
        List<TunedSchedules.SizedTimes> known = recorded.of(key);
        Set<String> tried = untried ? recorded.tried(key, kernel.sizes()) : Set.of();
        return switch (kind) {
            case grid -> new GridSearch(wanted(kernel, kernel.ranked(known), tried));
            case random -> new GridSearch(wanted(kernel, drawn(kernel), tried));
            case bayesian -> new BayesianSearch(wanted(kernel, kernel.joint(), tried), kernel.fastest(known), seed);
            case bandit -> new NeuralBandit(wanted(kernel, kernel.joint(), tried), kernel.fastest(known), seed);
        };
    }

    private List<Candidate> drawn(TunedKernel kernel) {
        List<Candidate> order = new ArrayList<>(List.of(kernel.usual()));
        RandomSearch random = new RandomSearch(kernel.space().unpruned(), seed);
        for (Optional<Candidate> next = random.next(); next.isPresent(); next = random.next()) {
            order.add(next.get());
        }
        return order.stream().distinct().toList();
    }

    private static List<Candidate> wanted(TunedKernel kernel, List<Candidate> all, Set<String> tried) {
        return tried.isEmpty()
                ? all
                : all.stream()
                        .filter(one ->
                                one.equals(kernel.usual()) || !tried.contains(SchedulePrinter.print(one.schedule())))
                        .toList();
    }
}
