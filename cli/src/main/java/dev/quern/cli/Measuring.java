package dev.quern.cli;

import dev.quern.cli.bench.BestPeaks;
import dev.quern.cli.bench.DeviceProbe;
import dev.quern.cli.bench.MachinePeak;
import dev.quern.cli.bench.MachineWatch;
import dev.quern.cli.bench.Peaks;
import dev.quern.ir.backend.Target;
import dev.quern.runtime.DeviceTrials;
import dev.quern.runtime.HostTrials;
import dev.quern.runtime.ModelCompiler.TrialPlaces;
import dev.quern.tune.DeviceRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * What the commands that tune and explain kernels measure with.
 *
 * @param places where kernels are timed alone
 * @param clock nanoseconds, by which budgets end
 * @param peaks what the machine does at this moment on a number of threads
 * @param device what the machine does, as it is recorded, given the bytes of a core's own caches, the nearest first
 */
record Measuring(
        TrialPlaces places, LongSupplier clock, IntFunction<Peaks> peaks, Function<List<Long>, DeviceRecord> device) {
    /** This machine, by its clock. */
    static final Measuring HERE = new Measuring(
            (backend, target, threads) -> target instanceof Target.Processor
                    ? new HostTrials(backend, target, threads)
                    : new DeviceTrials(backend, target),
            System::nanoTime,
            // References to methods would load these classes, and with them the Vector API, when a command starts.
            threads -> MachinePeak.measure(threads),
            caches -> DeviceProbe.read(caches));

    /** Seconds since {@code begin}. */
    double secondsSince(long begin) {
        return (clock.getAsLong() - begin) / 1e9;
    }

    /** Looks at the machine from now on, whose best peaks are kept in {@code folder}. */
    MachineWatch watch(int threads, Path folder) {
        return MachineWatch.begin(threads, BestPeaks.in(folder), peaks);
    }
}
