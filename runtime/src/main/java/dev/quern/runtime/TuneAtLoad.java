package dev.quern.runtime;

import dev.quern.LoadWarmUp;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.tune.GridSearch;
import dev.quern.tune.ModelTuning;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.TuningTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tunes a model when it has been loaded, for the sizes that its options name. */
final class TuneAtLoad {
    /** Candidates of a kernel to time. */
    private static final int MOST = 64;

    /** Of a kernel of which so many are recorded enough is known. */
    private static final int ENOUGH = 12;

    /** Of the time, for seeing where that of a run goes. */
    private static final int PROFILE = 8;

    private static final Duration MOST_PROFILE = Duration.ofSeconds(3);

    private TuneAtLoad() {}

    /**
     * Tunes those of {@code model}'s kernels of which records do not say enough.
     *
     * @param limit how long that may take at most, whatever {@code options} say
     * @return whether anything was recorded, so that the model is to be compiled once more
     */
    static boolean tune(CompiledModel model, Backend backend, Target target, Options options, Duration limit) {
        Duration budget = options.tune().compareTo(limit) < 0 ? options.tune() : limit;
        if (budget.isNegative() || budget.isZero() || !(target instanceof Target.Processor)) {
            return false;
        }
        long begin = System.nanoTime();
        TuningRecords records = new TuningRecords(options.records().orElseThrow());
        TrialPlace place = new HostTrials(backend, target, options.threads());
        boolean[] recorded = {false};
        List<Map<String, long[]>> all = WarmUpAtLoad.shapes(
                model,
                options.warmUp().shapes().isEmpty() ? new LoadWarmUp(List.of(Map.of()), true) : options.warmUp());
        for (int i = 0; i < all.size(); i++) {
            Map<String, Tensor> zeros = model.zeros(all.get(i));
            Duration part = budget.minusNanos(System.nanoTime() - begin).dividedBy(all.size() - i);
            Duration profile = part.dividedBy(PROFILE);
            long started = System.nanoTime();
            List<TuningTask> tasks = new ArrayList<>(ModelTasks.of(
                    model,
                    zeros,
                    place,
                    options.deterministic(),
                    profile.compareTo(MOST_PROFILE) > 0 ? MOST_PROFILE : profile));
            RecordedSchedules known = new RecordedSchedules(records, place.device());
            tasks.removeIf(task -> known.timed(task.key(), task.kernel().sizes())
                    >= Math.min(ENOUGH, task.kernel().ranked().size()));
            new ModelTuning(
                            place,
                            found -> {
                                recorded[0] = true;
                                records.append(found);
                            },
                            task -> new GridSearch(task.kernel().ranked()))
                    .run(
                            tasks,
                            new ModelTuning.TuningBudget(
                                    part.minusNanos(System.nanoTime() - started), MOST, () -> false),
                            new ModelTuning.TuningListener() {});
        }
        return recorded[0];
    }
}
