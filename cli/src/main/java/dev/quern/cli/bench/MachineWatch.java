package dev.quern.cli.bench;

import dev.quern.tune.MachineName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntFunction;

/** Looks at the machine before and after a measurement. */
public final class MachineWatch {
    private static final Path LOAD = Path.of("/proc/loadavg");

    private final int threads;
    private final BestPeaks bestPeaks;
    private final IntFunction<Peaks> read;
    private final Peaks before;
    private final double load;
    private final Optional<ProcessorTimes> begin;
    private Duration workers = Duration.ZERO;

    private MachineWatch(int threads, BestPeaks bestPeaks, IntFunction<Peaks> read) {
        this.threads = Math.min(threads, Runtime.getRuntime().availableProcessors());
        this.bestPeaks = bestPeaks;
        this.read = read;
        this.load = load();
        this.before = read.apply(this.threads);
        this.begin = ProcessorTimes.now(own());
    }

    /** Measures the peaks, and watches from then on. Peaks are of as many threads as there are processors at most, as runs are. */
    public static MachineWatch begin(int threads, BestPeaks bestPeaks) {
        return begin(threads, bestPeaks, MachinePeak::measure);
    }

    /** The same, with the peaks on a number of threads that {@code read} gives. */
    public static MachineWatch begin(int threads, BestPeaks bestPeaks, IntFunction<Peaks> read) {
        return new MachineWatch(threads, bestPeaks, read);
    }

    /** What {@code worker} has used so far, all of it since this began, is no disturbance. To be called once, before it ends. */
    void measured(WorkerProcess worker) {
        workers = workers.plus(worker.processorTime());
    }

    /** How the machine was; measures the peaks again. */
    public MachineCondition end() {
        Optional<ProcessorTimes> end = ProcessorTimes.now(own());
        Peaks after = read.apply(threads);
        Peaks best = bestPeaks.with(MachineName.of(threads), before.best(after));
        return new MachineCondition(
                before, after, best, load, begin.flatMap(first -> end.map(last -> first.until(last))));
    }

    private Duration own() {
        Duration self = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return self.plus(workers);
    }

    private static double load() {
        try {
            return Double.parseDouble(Files.readString(LOAD).split(" ")[0]);
        } catch (IOException | NumberFormatException absent) {
            return Double.NaN;
        }
    }
}
