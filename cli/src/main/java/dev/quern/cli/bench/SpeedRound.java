package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One JVM of each contender, alive together and run in turn.
 *
 * @param timings one per contender, in their order
 * @param condition how the machine was
 */
public record SpeedRound(List<Timing> timings, MachineCondition condition) implements Round {
    /** Long enough for what a switch from one JVM to another costs not to show. */
    private static final long BLOCK_NANOSECONDS = 250_000_000;

    /** Each order of the contenders twice, however long a run takes. */
    private static final int LEAST_PASSES = 4;

    public SpeedRound {
        timings = List.copyOf(timings);
    }

    /**
     * Warms each contender up, then passes through them block by block, A B C C B A, so that a disturbance meets all alike. In
     * a block each timed run is preceded by one that is not.
     */
    static SpeedRound measure(
            BenchCase subject, List<Contender> contenders, BenchPlan plan, BestPeaks bestPeaks, Path scratch)
            throws BenchFailure {
        MachineWatch watch = MachineWatch.begin(subject.threads(), bestPeaks);
        List<WorkerProcess> workers = new ArrayList<>();
        List<long[]> samples = new ArrayList<>();
        try {
            for (Contender contender : contenders) {
                WorkerProcess worker = WorkerProcess.start(contender, scratch);
                workers.add(worker);
                samples.add(new long[0]);
                worker.load(subject);
                worker.run(plan.warmUpNanoseconds(), 1, false);
                rest(contender);
            }
            long block = Math.min(BLOCK_NANOSECONDS, plan.nanoseconds());
            long until = System.nanoTime() + plan.nanoseconds() * contenders.size();
            for (int pass = 0; pass < LEAST_PASSES || System.nanoTime() < until; pass++) {
                for (int turn = 0; turn < contenders.size(); turn++) {
                    int index = turn(pass, turn, contenders.size());
                    Reply.TimedRuns runs = workers.get(index).run(block, 1, true);
                    samples.set(index, joined(samples.get(index), runs.nanoseconds()));
                    rest(contenders.get(index));
                }
            }
            workers.forEach(watch::measured);
        } finally {
            workers.forEach(WorkerProcess::close);
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            timings.add(Timing.of(contenders.get(i).name(), Sample.ofNanoseconds(samples.get(i))));
        }
        return new SpeedRound(timings, watch.end());
    }

    /** Whose turn it is: forwards in even passes, backwards in odd ones. */
    static int turn(int pass, int turn, int contenders) {
        return pass % 2 == 0 ? turn : contenders - 1 - turn;
    }

    private static void rest(Contender contender) {
        long until = System.nanoTime() + contender.restNanoseconds();
        for (long left = contender.restNanoseconds(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static long[] joined(long[] first, long[] second) {
        long[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
