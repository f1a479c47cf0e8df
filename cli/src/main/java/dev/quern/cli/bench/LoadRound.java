package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.Reply;
import dev.quern.cli.bench.worker.Request;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One fresh JVM of each contender, one after the other.
 *
 * @param timings one per contender, in their order
 * @param condition how the machine was
 */
public record LoadRound(List<LoadTiming> timings, MachineCondition condition) implements Round {
    private static final int LEAST_RUNS = 2 * LoadTiming.FIRST;

    public LoadRound {
        timings = List.copyOf(timings);
    }

    /** Loads and runs the model in each; in odd rounds the contenders come in the other order. */
    static LoadRound measure(
            BenchCase subject, List<Contender> contenders, BenchPlan plan, int round, BestPeaks bestPeaks, Path scratch)
            throws BenchFailure {
        MachineWatch watch = MachineWatch.begin(subject.threads(), bestPeaks);
        LoadTiming[] timings = new LoadTiming[contenders.size()];
        for (int turn = 0; turn < timings.length; turn++) {
            int index = SpeedRound.turn(round, turn, timings.length);
            Contender contender = contenders.get(index);
            try (WorkerProcess worker = WorkerProcess.start(contender, scratch)) {
                Reply.Loaded loaded = worker.load(subject);
                Reply.TimedRuns runs = worker.run(plan.warmUpNanoseconds() + plan.nanoseconds(), LEAST_RUNS, false);
                Reply.Resident resident = worker.ask(new Request.AskResident(), Reply.Resident.class);
                watch.measured(worker);
                timings[index] = LoadTiming.of(contender.name(), loaded, runs, resident);
            }
        }
        return new LoadRound(Arrays.asList(timings), watch.end());
    }
}
