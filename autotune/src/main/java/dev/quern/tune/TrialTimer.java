package dev.quern.tune;

import dev.quern.ir.backend.MachineCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;
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
    private final IdleMachine machine;
    private final LongSupplier clock;

    /**
     * A timer.
     *
     * @param warmUp how long code may take to be ready
     * @param timing how long batches are taken for at most, once there are a few
     * @param machine whose others are waited for: then nothing runs, and what they began in the middle of does not count
     */
    public TrialTimer(Duration warmUp, Duration timing, IdleMachine machine) {
        this(warmUp, timing, machine, System::nanoTime);
    }

    /** The same by another clock, of nanoseconds. */
    TrialTimer(Duration warmUp, Duration timing, IdleMachine machine, LongSupplier clock) {
        this.warmUpNanos = warmUp.toNanos();
        this.timingNanos = timing.toNanos();
        this.machine = machine;
        this.clock = clock;
    }

    /** The time in which a trial has the machine, without what it waits for others. */
    private final class OwnTime {
        private long mark = machine.await();
        private long others;

        /** Lets others go first. */
        void giveWay() {
            if (!machine.isStill(mark)) {
                long begin = clock.getAsLong();
                mark = machine.await();
                others += clock.getAsLong() - begin;
            }
        }

        long now() {
            return clock.getAsLong() - others;
        }

        /**
         * What so many runs take, one after the other; empty if others came between. That time is not the trial's.
         *
         * @param isStopped asked between runs
         */
        OptionalLong timed(RepeatedKernel trial, int runs, BooleanSupplier isStopped) {
            giveWay();
            long begin = clock.getAsLong();
            for (int run = 0; run < runs; run++) {
                trial.run();
                if (!machine.isStill(mark) || isStopped.getAsBoolean()) {
                    others += clock.getAsLong() - begin;
                    return OptionalLong.empty();
                }
            }
            return OptionalLong.of(clock.getAsLong() - begin);
        }
    }

    /** Nanoseconds of a run; empty if its code was not ready in time, or {@code isStopped} before it was timed. */
    OptionalDouble time(RepeatedKernel trial, BooleanSupplier isStopped) {
        return warm(trial, isStopped) ? again(trial, isStopped) : OptionalDouble.empty();
    }

    private boolean warm(RepeatedKernel trial, BooleanSupplier isStopped) {
        OwnTime time = new OwnTime();
        long begin = time.now();
        long changed = begin;
        long looked = begin;
        int runs = 0;
        MachineCode last = MachineCode.NONE;
        while (!isStopped.getAsBoolean()) {
            time.giveWay();
            trial.run();
            runs++;
            long now = time.now();
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

    /** Nanoseconds of a run whose code is ready; empty if {@code isStopped} before there are enough. */
    OptionalDouble again(RepeatedKernel trial, BooleanSupplier isStopped) {
        OwnTime time = new OwnTime();
        double[] each = new double[BATCHES];
        int taken = 0;
        int runs = 1;
        long begin = time.now();
        while (taken < BATCHES
                && !isStopped.getAsBoolean()
                && time.now() - begin < (taken < LEAST_BATCHES ? LONGEST * timingNanos : timingNanos)) {
            OptionalLong nanos = time.timed(trial, runs, isStopped);
            if (nanos.isEmpty()) {
                // What does not fit between others may if it is shorter.
                runs = Math.max(1, runs / 2);
                continue;
            }
            each[taken++] = (double) nanos.getAsLong() / runs;
            if (taken == 1) {
                runs = Math.clamp(BATCH_NANOS / Math.max(1, nanos.getAsLong()), 1, 100_000);
                begin = time.now();
            }
        }
        Arrays.sort(each, 0, taken);
        boolean isCut = taken < LEAST_BATCHES && isStopped.getAsBoolean();
        return taken == 0 || isCut ? OptionalDouble.empty() : OptionalDouble.of(each[(int) (PERCENTILE * (taken - 1))]);
    }
}
