package dev.quern.cli;

import dev.quern.cli.bench.Peaks;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.runtime.BackendChoice;
import dev.quern.runtime.HostTrials;
import dev.quern.tune.DeviceRecord;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.MachineName;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A machine that is made up, called as this one is: no kernel runs on it, and its clock goes on by ten milliseconds when it is looked at. The default of a kernel takes {@link #USUAL} nanoseconds, the n-th candidate that
 * it is asked for {@link #FIRST} and n more.
 */
final class MadeUpMachine {
    static final double USUAL = 200_000;
    static final double FIRST = 100_000;
    static final double GIGAFLOPS = 100;
    private static final int FLOAT_BITS = 32;

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger devices = new AtomicInteger();
    private final Runnable whenTimed;

    MadeUpMachine() {
        this(() -> {});
    }

    /** The same, where {@code whenTimed} happens when a candidate is timed first. */
    MadeUpMachine(Runnable whenTimed) {
        this.whenTimed = whenTimed;
    }

    Measuring measuring() {
        return new Measuring(
                MadePlace::new,
                () -> now.addAndGet(10_000_000),
                threads -> new Peaks(GIGAFLOPS * threads, 10 * threads),
                this::device);
    }

    /** How often what it does was read. */
    int devicesRead() {
        return devices.get();
    }

    private DeviceRecord device(List<Long> caches) {
        devices.incrementAndGet();
        Target.Processor here =
                (Target.Processor) BackendChoice.forDevice("cpu").target(1);
        return new DeviceRecord(
                MachineName.here(),
                Math.max(FLOAT_BITS, here.vectorBits()),
                GIGAFLOPS,
                2 * GIGAFLOPS,
                5_000,
                List.of(
                        new DeviceRecord.MemoryLevel(caches.getFirst(), 300),
                        new DeviceRecord.MemoryLevel(Long.MAX_VALUE, 10)));
    }

    private final class MadePlace implements TrialPlace {
        private final HostTrials real;

        MadePlace(Backend backend, Target target, int threads) {
            this.real = new HostTrials(backend, target, threads);
        }

        @Override
        public Target target() {
            return real.target();
        }

        @Override
        public String device() {
            return real.device();
        }

        @Override
        public TrialSource trials(TunedKernel kernel) {
            return candidate -> {
                Scheduler.apply(kernel.step().kernel(), candidate.schedule(), target());
                return new MadeTrial(kernel, candidate);
            };
        }
    }

    private final class MadeTrial implements KernelTrial {
        private final double nanos;

        MadeTrial(TunedKernel kernel, Candidate candidate) {
            int number = asked.getAndIncrement();
            this.nanos = candidate.equals(kernel.usual()) ? USUAL : FIRST + number;
        }

        @Override
        public OptionalDouble first() {
            whenTimed.run();
            return OptionalDouble.of(nanos);
        }

        @Override
        public double again() {
            return nanos;
        }

        @Override
        public void close() {}
    }
}
