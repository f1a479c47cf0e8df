package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.passes.program.PackedConstants;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.tune.RecordKey;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels that runs of a model spend their time in, at the sizes of these runs. */
public final class ModelTasks implements StepListener {
    /** Steps that are one kernel at the same sizes. */
    private static final class StepGroup {
        private final Program program;
        private final ProgramStep.RunKernel step;
        private final Map<String, Long> sizes;
        private long nanos;
        private int steps;

        StepGroup(Program program, ProgramStep.RunKernel step, Map<String, Long> sizes) {
            this.program = program;
            this.step = step;
            this.sizes = sizes;
        }
    }

    private record SizedKey(RecordKey key, Map<String, Long> sizes) {}

    private final TrialPlace place;
    private final boolean pinned;
    private final Map<ProgramStep.RunKernel, Program> programs = new IdentityHashMap<>();
    private final Map<ProgramStep.RunKernel, RecordKey> keys = new IdentityHashMap<>();
    private final Map<SizedKey, StepGroup> groups = new LinkedHashMap<>();

    private ModelTasks(TrialPlace place, boolean pinned) {
        this.place = place;
        this.pinned = pinned;
    }

    /**
     * Runs {@code model} for a while; what takes most of the run that was fastest is first. Kernels of programs for these sizes alone, which a model has where its general
     * one does not take them, are left out: they are compiled when they are needed.
     *
     * @param inputs of the runs
     * @param place where the kernels are to be tuned
     * @param pinned whether the order of reductions is to be kept
     * @param time of running; two runs are done in any case
     */
    public static List<TuningTask> of(
            CompiledModel model, Map<String, Tensor> inputs, TrialPlace place, boolean pinned, Duration time) {
        long begin = System.nanoTime();
        model.run(inputs);
        long least = Long.MAX_VALUE;
        ModelTasks best = null;
        do {
            ModelTasks tasks = new ModelTasks(place, pinned);
            tasks.collect(model.program());
            long run = System.nanoTime();
            model.run(inputs, tasks);
            long taken = System.nanoTime() - run;
            if (taken < least) {
                least = taken;
                best = tasks;
            }
        } while (System.nanoTime() - begin < time.toNanos());
        return best.tasks(least);
    }

    private void collect(Program program) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> programs.put(kernel, program);
                case ProgramStep.RunControl(var node, List<Program> bodies) -> bodies.forEach(this::collect);
                case ProgramStep.RunHost host -> {}
                case ProgramStep.CheckIndices check -> {}
            }
        }
    }

    @Override
    public void done(StepRun run) {
        if (run.step() instanceof ProgramStep.RunKernel step
                && run.kernel().isPresent()
                && programs.containsKey(step)) {
            List<String> names = step.scheduled().symbols();
            Map<String, Long> sizes = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
                sizes.put(names.get(i), run.kernel().get().symbols()[i]);
            }
            Program program = programs.get(step);
            RecordKey key = keys.computeIfAbsent(
                    step, one -> RecordKey.of(one.kernel(), TunedKernel.constants(program, one), place.device()));
            StepGroup group =
                    groups.computeIfAbsent(new SizedKey(key, sizes), _ -> new StepGroup(program, step, sizes));
            group.nanos += run.nanoseconds();
            group.steps++;
        }
    }

    private List<TuningTask> tasks(long nanos) {
        List<TuningTask> tasks = new ArrayList<>();
        groups.forEach((key, group) -> tasks.add(new TuningTask(
                group.step.kernel().name(),
                group.step.origin(),
                TunedKernel.of(PackedConstants.undone(group.program), group.step, group.sizes, place.target(), pinned),
                key.key(),
                group.steps,
                Math.min(1, (double) group.nanos / nanos))));
        tasks.sort(Comparator.comparingDouble(TuningTask::share).reversed());
        return tasks;
    }
}
