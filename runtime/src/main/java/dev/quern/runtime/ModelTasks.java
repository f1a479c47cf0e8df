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
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

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

    /** A step that was done. */
    private record DoneStep(ProgramStep.RunKernel step, long[] symbols, long nanos) {}

    private final Map<ProgramStep.RunKernel, Program> programs;
    private final List<DoneStep> done = new ArrayList<>();

    /** Sees one run of the program whose {@link #kernels} {@code programs} are. */
    ModelTasks(Map<ProgramStep.RunKernel, Program> programs) {
        this.programs = programs;
    }

    /** The steps of {@code program} and its bodies that run kernels, by the program that each is a step of. */
    static Map<ProgramStep.RunKernel, Program> kernels(Program program) {
        Map<ProgramStep.RunKernel, Program> programs = new IdentityHashMap<>();
        collect(program, programs);
        return programs;
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
        return of(model, inputs, place, pinned, time, System::nanoTime);
    }

    /** The same by another clock, of nanoseconds. */
    public static List<TuningTask> of(
            CompiledModel model,
            Map<String, Tensor> inputs,
            TrialPlace place,
            boolean pinned,
            Duration time,
            LongSupplier clock) {
        Map<ProgramStep.RunKernel, Program> programs = kernels(model.program());
        long begin = clock.getAsLong();
        model.run(inputs);
        long least = Long.MAX_VALUE;
        ModelTasks best = null;
        do {
            ModelTasks tasks = new ModelTasks(programs);
            long run = clock.getAsLong();
            model.run(inputs, tasks);
            long taken = clock.getAsLong() - run;
            if (taken < least) {
                least = taken;
                best = tasks;
            }
        } while (clock.getAsLong() - begin < time.toNanos());
        return best.tasks(place, pinned, least);
    }

    private static void collect(Program program, Map<ProgramStep.RunKernel, Program> programs) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> programs.put(kernel, program);
                case ProgramStep.RunControl(var node, List<Program> bodies) ->
                    bodies.forEach(body -> collect(body, programs));
                case ProgramStep.RunHost host -> {}
                case ProgramStep.CheckIndices check -> {}
            }
        }
    }

    /** Notes the step and nothing more: whatever this takes counts as the run's. */
    @Override
    public void done(StepRun run) {
        if (run.step() instanceof ProgramStep.RunKernel step && run.kernel().isPresent()) {
            done.add(new DoneStep(step, run.kernel().get().symbols().clone(), run.nanoseconds()));
        }
    }

    /** Whether it sees runs of the program whose kernels {@code others} are, this very map. */
    boolean isOf(Map<ProgramStep.RunKernel, Program> others) {
        return programs == others;
    }

    /** The values of the symbols of each kernel that was run, in the order of the steps: the same for runs of the same sizes. */
    List<List<Long>> sizes() {
        return done.stream()
                .map(one -> Arrays.stream(one.symbols()).boxed().toList())
                .toList();
    }

    /**
     * The kernels that were run, those first that took most.
     *
     * @param nanos that the run took
     */
    List<TuningTask> tasks(TrialPlace place, boolean pinned, long nanos) {
        String device = place.device();
        Map<ProgramStep.RunKernel, RecordKey> keys = new IdentityHashMap<>();
        Map<SizedKey, StepGroup> groups = new LinkedHashMap<>();
        for (DoneStep one : done) {
            Program program = programs.get(one.step());
            if (program == null) {
                continue;
            }
            List<String> names = one.step().scheduled().symbols();
            Map<String, Long> sizes = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
                sizes.put(names.get(i), one.symbols()[i]);
            }
            RecordKey key = keys.computeIfAbsent(
                    one.step(), step -> RecordKey.of(step.kernel(), program.constantParameters(step), device));
            StepGroup group =
                    groups.computeIfAbsent(new SizedKey(key, sizes), _ -> new StepGroup(program, one.step(), sizes));
            group.nanos += one.nanos();
            group.steps++;
        }
        List<TuningTask> tasks = new ArrayList<>();
        groups.forEach((key, group) -> tasks.add(new TuningTask(
                group.step.kernel().name(),
                group.step.origin(),
                TunedKernel.of(PackedConstants.undone(group.program), group.step, group.sizes, place.target(), pinned),
                key.key(),
                group.steps,
                Math.min(1, (double) group.nanos / Math.max(1, nanos)))));
        tasks.sort(Comparator.comparingDouble(TuningTask::share).reversed());
        return tasks;
    }
}
