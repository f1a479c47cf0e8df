package dev.quern.cli.tune;

import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.bench.MachineWatch;
import dev.quern.cli.bench.Peaks;
import dev.quern.cli.profile.Roofline;
import dev.quern.tune.KernelTuning;
import dev.quern.tune.ScheduleSearch;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.Tuning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What tuning an operator found.
 *
 * @param kernel what was tuned
 * @param outcomes of the candidates tried, in that order
 * @param condition the machine before and after; empty where kernels ran on another device
 * @param seconds that it took, the machine's peaks included
 */
public record OperatorTuning(
        TunedKernel kernel, List<TrialOutcome> outcomes, Optional<MachineCondition> condition, double seconds) {
    /** For the last candidate, and for timing the best again. */
    private static final long LAST_NANOS = 2_000_000_000;

    /**
     * How long to tune, and how.
     *
     * @param budget wall time, the peaks before and after included; one candidate is timed in any case
     * @param most candidates to time
     * @param clock nanoseconds, by which the budget ends
     * @param isStopped asked all the while: whether to end at once with what was found
     */
    public record TuningLimits(Duration budget, int most, LongSupplier clock, BooleanSupplier isStopped) {}

    /**
     * Tunes {@code kernel}: tries what {@code search} asks for, on {@code place}.
     *
     * @param watches begin to look at the machine; empty where kernels run on another device
     */
    public static OperatorTuning run(
            TunedKernel kernel,
            ScheduleSearch search,
            TrialPlace place,
            Optional<Supplier<MachineWatch>> watches,
            TuningLimits limits,
            Consumer<TrialOutcome> told) {
        LongSupplier clock = limits.clock();
        long begin = clock.getAsLong();
        Optional<MachineWatch> watch = watches.map(Supplier::get);
        long peaks = clock.getAsLong() - begin;
        long until = begin + limits.budget().toNanos() - peaks - LAST_NANOS;
        int[] tried = {0};
        Tuning tuning = new Tuning(place.trials(kernel), limits.isStopped());
        List<TrialOutcome> outcomes = tuning.run(
                search,
                limits.most(),
                () -> limits.isStopped().getAsBoolean() || tried[0] > 0 && clock.getAsLong() - until > 0,
                outcome -> {
                    tried[0]++;
                    told.accept(outcome);
                });
        return new OperatorTuning(kernel, outcomes, watch.map(MachineWatch::end), (clock.getAsLong() - begin) / 1e9);
    }

    /** The fastest candidate; empty if none was timed. */
    public Optional<TrialOutcome> best() {
        return found().best();
    }

    /** The default; empty if it was not timed. */
    public Optional<TrialOutcome> usual() {
        return found().usual();
    }

    /** Candidates with a time. */
    public long measured() {
        return found().measured();
    }

    private KernelTuning found() {
        return new KernelTuning(kernel, outcomes, seconds);
    }

    /** GFLOP/s of a run of {@code nanos}. */
    public double gigaflops(double nanos) {
        return kernel.cost().operations() / nanos;
    }

    /** The share of {@code peaks}' multiply-adds that a run of {@code nanos} reaches. */
    public double shareOfPeak(double nanos, Peaks peaks) {
        return gigaflops(nanos) / peaks.gigaflops();
    }

    /** The share of the least time that operations and bytes take at {@code peaks}; above 1 the bytes were in caches. */
    public double shareOfRoofline(double nanos, Peaks peaks) {
        return 1e9 * new Roofline(peaks, peaks).seconds(kernel.cost(), 1) / nanos;
    }

    /** The better of the machine's peaks before and after, as read in this run. */
    public Optional<Peaks> peaks() {
        return condition.map(machine -> machine.before().best(machine.after()));
    }
}
