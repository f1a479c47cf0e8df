package dev.quern.tune;

import dev.quern.ir.backend.MachineCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Times a trial: runs it until the JVM has compiled its code, then takes batches of runs. What others do to the machine makes batches longer, never
 * shorter, so that a low percentile of them is what the kernel takes.
 */
public final class TrialTimer {
    private static final long LOOK_NANOS = 20_000_000;

    /** How long nothing may change before code counts as it will be. */
    private static final long QUIET_NANOS = 40_000_000;

    /** The same where nothing has its best code yet, or the process does not say what it compiles. */
    private static final long SILENT_NANOS = 400_000_000;

    /** Runs after which a method that they call now and then would be compiled. They are not waited for longer than {@link #SILENT_NANOS}. */
    private static final int QUIET_RUNS = 16;

    /** Runs after which something of a kernel would be compiled, waited for as long as they take. */
    private static final int SILENT_RUNS = 64;

    private static final long BATCH_NANOS = 1_000_000;
    private static final int BATCHES = 31;
    private static final int LEAST_BATCHES = 5;

    /** How many times as long as others may a kernel be timed whose runs are so long that there are few of them. */
    private static final int LONGEST = 4;

    /** A tenth of the batches are shorter. */
    private static final double PERCENTILE = 0.1;

    private final long warmUpNanos;
    private final long timingNanos;
    private final LongSupplier clock;

    /**
     * A timer.
     *
     * @param warmUp how long code may take to be ready
     * @param timing how long batches are taken for at most, once there are a few
     */
    public TrialTimer(Duration warmUp, Duration timing) {
        this(warmUp, timing, System::nanoTime);
    }

    /** The same by another clock, of nanoseconds. */
    TrialTimer(Duration warmUp, Duration timing, LongSupplier clock) {
        this.warmUpNanos = warmUp.toNanos();
        this.timingNanos = timing.toNanos();
        this.clock = clock;
    }

    /** Nanoseconds of a run; empty if its code was not ready in time, or {@code isStopped} before it was. */
    OptionalDouble time(RepeatedKernel trial, BooleanSupplier isStopped) {
        return warm(trial, isStopped) ? OptionalDouble.of(again(trial)) : OptionalDouble.empty();
    }

    private boolean warm(RepeatedKernel trial, BooleanSupplier isStopped) {
        long begin = clock.getAsLong();
        long changed = begin;
        long looked = begin;
        int runs = 0;
        MachineCode last = MachineCode.NONE;
        while (!isStopped.getAsBoolean()) {
            trial.run();
            runs++;
            long now = clock.getAsLong();
            if (now - looked >= LOOK_NANOS) {
                looked = now;
                MachineCode found = trial.code();
                if (found.inTheMaking() || !found.equals(last)) {
                    last = found;
                    changed = now;
                    runs = 0;
                }
                if (isQuiet(last, now - changed, runs)) {
                    return true;
                }
                if (now - begin > warmUpNanos) {
                    return false;
                }
            }
        }
        return false;
    }

    /**
     * Whether code counts as it will be that has not changed for a while. What decides when HotSpot compiles is how often a method was called, not for how long: slow code runs for a long time before.
     *
     * @param runs in that while
     */
    private static boolean isQuiet(MachineCode code, long nanos, int runs) {
        return code.methods().isEmpty()
                ? nanos >= SILENT_NANOS && runs >= SILENT_RUNS
                : nanos >= QUIET_NANOS && runs >= QUIET_RUNS || nanos >= SILENT_NANOS;
    }

    /** Nanoseconds of a run whose code is ready. */
    double again(RepeatedKernel trial) {
        long once = timed(trial, 1);
        int runs = Math.clamp(BATCH_NANOS / Math.max(1, once), 1, 100_000);
        double[] each = new double[BATCHES];
        long begin = clock.getAsLong();
        int taken = 1;
        each[0] = once;
        while (taken < BATCHES
                && clock.getAsLong() - begin < (taken < LEAST_BATCHES ? LONGEST * timingNanos : timingNanos)) {
            each[taken++] = (double) timed(trial, runs) / runs;
        }
        Arrays.sort(each, 0, taken);
        return each[(int) (PERCENTILE * (taken - 1))];
    }

    private long timed(RepeatedKernel trial, int runs) {
        long begin = clock.getAsLong();
        for (int run = 0; run < runs; run++) {
            trial.run();
        }
        return clock.getAsLong() - begin;
    }
}
