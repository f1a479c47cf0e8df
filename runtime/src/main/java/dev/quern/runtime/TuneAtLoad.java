package dev.quern.runtime;

import dev.quern.LoadWarmUp;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.schedule.Candidate;
import dev.quern.tune.GridSearch;
import dev.quern.tune.ModelTuning;
import dev.quern.tune.PendingRecords;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.TuningTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Tunes a model when it has been loaded, for the sizes that its options name. */
final class TuneAtLoad {
    /** Candidates of a kernel to time. */
    private static final int MOST = 64;

    /** Of a kernel of which so many were tried enough is known. */
    private static final int ENOUGH = 12;

    /** Of the time, for seeing where that of a run goes. */
    private static final int PROFILE = 8;

    private static final Duration MOST_PROFILE = Duration.ofSeconds(3);

    /** Held by whoever tunes in this process: two would disturb each other's times, and time the same kernels. */
    static final ReentrantLock TURN = new ReentrantLock();

    private final CompiledModel model;
    private final TrialPlace place;
    private final Options options;
    private final LongSupplier clock;
    private final TuningRecords records;

    /**
     * For {@code model}.
     *
     * @param place where candidates are timed
     * @param clock nanoseconds
     */
    TuneAtLoad(CompiledModel model, TrialPlace place, Options options, LongSupplier clock) {
        this.model = model;
        this.place = place;
        this.options = options;
        this.clock = clock;
        this.records = new TuningRecords(options.records().orElseThrow());
    }

    /**
     * The shapes that {@code options} name for {@code model}, those that it states where they name none.
     *
     * @throws dev.quern.ModelException if they do not fit the model, or it states none
     */
    static List<Map<String, long[]>> shapes(CompiledModel model, Options options) {
        return WarmUpAtLoad.shapes(
                model,
                options.warmUp().shapes().isEmpty() ? new LoadWarmUp(List.of(Map.of()), true) : options.warmUp());
    }

    /**
     * Tunes those kernels of which records do not say enough. Another load that tunes is waited for.
     *
     * @param all the shapes of runs
     * @param limit how long that may take at most, whatever the options say
     * @throws dev.quern.ModelException if the records can be neither read nor written, or the model does not run on zeros
     */
    void run(List<Map<String, long[]>> all, Duration limit) throws InterruptedException {
        long budget = Math.min(options.tune().toNanos(), limit.toNanos());
        long begin = clock.getAsLong();
        if (budget <= 0 || !TURN.tryLock(budget, TimeUnit.NANOSECONDS)) {
            return;
        }
        try {
            records.requireWritable();
            for (int i = 0; i < all.size(); i++) {
                long left = budget - (clock.getAsLong() - begin);
                if (left <= 0) {
                    return;
                }
                tune(model.zeros(all.get(i)), left / (all.size() - i));
            }
        } finally {
            TURN.unlock();
        }
    }

    private void tune(Map<String, Tensor> zeros, long part) {
        long begin = clock.getAsLong();
        Duration profile = Duration.ofNanos(Math.min(part / PROFILE, MOST_PROFILE.toNanos()));
        List<TuningTask> all = ModelTasks.of(model, zeros, place, options.deterministic(), profile, clock);
        RecordedSchedules known = RecordedSchedules.read(records, place.device());
        List<TuningTask> tasks = new ArrayList<>();
        Map<TuningTask, List<Candidate>> candidates = new IdentityHashMap<>();
        for (TuningTask one : all) {
            TunedKernel kernel = one.kernel().untuned(place.target(), options.deterministic());
            List<Candidate> untried = UntriedCandidates.of(one, kernel, known, ENOUGH);
            if (!untried.isEmpty()) {
                TuningTask task = new TuningTask(one.name(), one.origin(), kernel, one.key(), one.steps(), one.share());
                tasks.add(task);
                candidates.put(task, untried);
            }
        }
        long left = part - (clock.getAsLong() - begin);
        if (left > 0) {
            // Nothing is taken that is not recorded: where a record cannot be written tuning ends, and it is tried once
            // more.
            try (PendingRecords pending = new PendingRecords(records)) {
                new ModelTuning(place, pending, task -> new GridSearch(candidates.get(task)), clock)
                        .run(
                                tasks,
                                new ModelTuning.TuningBudget(Duration.ofNanos(left), MOST, pending::hasFailed),
                                new ModelTuning.TuningListener() {});
            }
        }
    }
}
