package dev.quern.tune;

import dev.quern.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Tunes the kernels of a model within a budget of time, those first that take most of a run. Each gets a part of what is left of the budget, as large as its part of what is
 * left of the run; what it does not need goes to those behind it. All that is found is recorded as it is found. A place that is of no more use ends it, with what was found before.
 */
public final class ModelTuning {
    /** Less time than this is not worth beginning with a kernel. */
    private static final long LEAST_NANOS = 300_000_000;

    /** Of a kernel's time, for timing the best again. */
    private static final double LAST = 0.25;

    private static final long MOST_LAST_NANOS = 1_000_000_000;

    private final TrialPlace place;
    private final TuningRecorder recorder;
    private final Function<TuningTask, ScheduleSearch> searches;
    private final LongSupplier clock;

    /** Where records go. */
    @FunctionalInterface
    public interface TuningRecorder {
        /** Keeps records. */
        void add(List<TuningRecord> records);
    }

    /** Told of what is done. */
    public interface TuningListener {
        /** A kernel's tuning begins. */
        default void begins(TuningTask task, int number, int of) {}

        /** A candidate was tried. */
        default void tried(TuningTask task, TrialOutcome outcome) {}

        /** A kernel's tuning is done. */
        default void done(TuningTask task, KernelTuning tuning) {}
    }

    /**
     * How long to tune.
     *
     * @param budget wall time; of the first kernel two candidates are tried in any case
     * @param most candidates of a kernel to time
     * @param isStopped asked all the while: whether to end at once with what was found
     */
    public record TuningBudget(Duration budget, int most, BooleanSupplier isStopped) {}

    /**
     * Tunes on {@code place}.
     *
     * @param searches how a kernel's candidates are gone through
     */
    public ModelTuning(TrialPlace place, TuningRecorder recorder, Function<TuningTask, ScheduleSearch> searches) {
        this(place, recorder, searches, System::nanoTime);
    }

    /** The same by another clock, of nanoseconds. */
    public ModelTuning(
            TrialPlace place,
            TuningRecorder recorder,
            Function<TuningTask, ScheduleSearch> searches,
            LongSupplier clock) {
        this.place = place;
        this.recorder = recorder;
        this.searches = searches;
        this.clock = clock;
    }

    /** What was found of the tasks that were begun, those first that take most of a run. */
    public Map<TuningTask, KernelTuning> run(List<TuningTask> tasks, TuningBudget limits, TuningListener listener) {
        long begin = clock.getAsLong();
        List<TuningTask> order = new ArrayList<>(tasks);
        order.sort(Comparator.comparingDouble(TuningTask::share).reversed());
        double left = order.stream().mapToDouble(TuningTask::share).sum();
        Map<TuningTask, KernelTuning> found = new LinkedHashMap<>();
        for (TuningTask task : order) {
            long rest = limits.budget().toNanos() - (clock.getAsLong() - begin);
            long part = left > 0 ? (long) (rest * (task.share() / left)) : 0;
            left -= task.share();
            if (!place.isUsable() || limits.isStopped().getAsBoolean() || !found.isEmpty() && part < LEAST_NANOS) {
                break;
            }
            listener.begins(task, found.size() + 1, order.size());
            KernelTuning tuning = tuned(task, part, limits, listener);
            found.put(task, tuning);
            listener.done(task, tuning);
        }
        return found;
    }

    private KernelTuning tuned(TuningTask task, long nanos, TuningBudget limits, TuningListener listener) {
        long begin = clock.getAsLong();
        long last = Math.min(MOST_LAST_NANOS, (long) (nanos * LAST));
        Set<TrialOutcome> told = new LinkedHashSet<>();
        TrialSource trials;
        try {
            trials = place.trials(task.kernel());
        } catch (ModelException | OutOfMemoryError refusal) {
            TrialOutcome none = TrialOutcome.without(
                    task.kernel().usual(), TrialOutcome.TrialStatus.FAILED, String.valueOf(refusal.getMessage()));
            // Of no candidate: with more memory it is another matter, and a record at each load would fill the file.
            listener.tried(task, none);
            return new KernelTuning(task.kernel(), List.of(none), (clock.getAsLong() - begin) / 1e9);
        }
        String session = TuningRecord.newSession();
        List<TrialOutcome> outcomes = new Tuning(trials, limits.isStopped())
                .run(
                        searches.apply(task),
                        limits.most(),
                        () -> limits.isStopped().getAsBoolean()
                                || told.size() > 1 && clock.getAsLong() - begin > nanos - last,
                        outcome -> {
                            told.add(outcome);
                            recorder.add(List.of(record(task, outcome, session)));
                            listener.tried(task, outcome);
                        });
        recorder.add(outcomes.stream()
                .filter(outcome -> !told.contains(outcome))
                .map(outcome -> record(task, outcome, session))
                .toList());
        return new KernelTuning(task.kernel(), outcomes, (clock.getAsLong() - begin) / 1e9);
    }

    private static TuningRecord record(TuningTask task, TrialOutcome outcome, String session) {
        return TuningRecord.of(
                task.key(), task.kernel().sizes(), task.name() + " of " + task.origin(), outcome, session);
    }
}
