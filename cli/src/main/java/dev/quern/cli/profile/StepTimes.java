package dev.quern.cli.profile;

import dev.quern.Tensor;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.PartRun;
import dev.quern.runtime.StepListener;
import dev.quern.runtime.StepRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Listens to one run. */
final class StepTimes implements StepListener {
    /**
     * A step and the time that was its own.
     *
     * @param run the step
     * @param own nanoseconds, those of the steps inside it left out
     * @param parts the parts of a kernel, in the order of their beginning
     */
    record TimedStep(StepRun run, long own, List<PartRun> parts) {}

    private record TimeSpan(long begin, long nanoseconds) {}

    private final List<TimedStep> steps = new ArrayList<>();
    private final List<TimeSpan> done = new ArrayList<>();
    private final Queue<PartRun> parts = new ConcurrentLinkedQueue<>();
    private long begin;
    private long end;

    /** Listens to a run of {@code model}. */
    void during(CompiledModel model, Map<String, Tensor> inputs) {
        begin = System.nanoTime();
        model.run(inputs, this);
        end = System.nanoTime();
    }

    @Override
    public void done(StepRun step) {
        long inside = 0;
        while (!done.isEmpty() && done.getLast().begin() >= step.begin()) {
            inside += done.removeLast().nanoseconds();
        }
        done.add(new TimeSpan(step.begin(), step.nanoseconds()));
        List<PartRun> own = new ArrayList<>();
        for (PartRun part = parts.poll(); part != null; part = parts.poll()) {
            own.add(part);
        }
        own.sort(Comparator.comparingLong(PartRun::begin));
        steps.add(new TimedStep(step, step.nanoseconds() - inside, List.copyOf(own)));
    }

    @Override
    public void done(PartRun part) {
        parts.add(part);
    }

    /** The steps in the order in which they ended. */
    List<TimedStep> steps() {
        return steps;
    }

    /** When the run began. */
    long begin() {
        return begin;
    }

    /** How long the run took. */
    long nanoseconds() {
        return end - begin;
    }
}
