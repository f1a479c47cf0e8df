package dev.quern.tune;

import java.util.List;
import java.util.Optional;

/**
 * What tuning a kernel found.
 *
 * @param kernel what was tuned
 * @param outcomes of the candidates tried, in that order
 * @param seconds that it took
 */
public record KernelTuning(TunedKernel kernel, List<TrialOutcome> outcomes, double seconds) {
    public KernelTuning {
        outcomes = List.copyOf(outcomes);
    }

    /** The fastest candidate; empty if none was timed. */
    public Optional<TrialOutcome> best() {
        return Tuning.best(outcomes);
    }

    /** What runs without tuning; empty if it was not timed. */
    public Optional<TrialOutcome> usual() {
        return outcomes.stream()
                .filter(one -> one.candidate().equals(kernel.usual()))
                .filter(TrialOutcome::isMeasured)
                .findFirst();
    }

    /** Candidates with a time. */
    public long measured() {
        return outcomes.stream().filter(TrialOutcome::isMeasured).count();
    }
}
