package dev.quern.acceptance;

import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.runtime.HostTrials;
import dev.quern.runtime.ModelCompiler;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A machine that is made up: it takes no time to time a candidate, and refuses every fourth of those that it is asked for. */
class StillPlace implements TrialPlace {
    private final HostTrials real = TunedModelsTest.here();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger named = new AtomicInteger();

    @Override
    public Target target() {
        return real.target();
    }

    @Override
    public String device() {
        named.incrementAndGet();
        return real.device();
    }

    /** How often it was asked what it is called. */
    int named() {
        return named.get();
    }

    /** What a candidate takes that is asked for as the {@code number}th, from 1 on. */
    double nanos(boolean isUsual, int number) {
        return isUsual ? 200 : 100 + number;
    }

    boolean isRefused(int number) {
        return number % 4 == 3;
    }

    /** Is done while a candidate is timed. */
    void timing(BooleanSupplier isStopped) {}

    @Override
    public TrialSource trials(TunedKernel kernel) {
        return candidate -> open(kernel, candidate);
    }

    private KernelTrial open(TunedKernel kernel, Candidate candidate) {
        int number = asked.incrementAndGet();
        if (isRefused(number)) {
            throw new IllegalStateException("refused for a test");
        }
        Scheduler.apply(kernel.step().kernel(), candidate.schedule(), target());
        double nanos = nanos(candidate.equals(kernel.usual()), number);
        return new KernelTrial() {
            @Override
            public OptionalDouble first() {
                return first(() -> false);
            }

            @Override
            public OptionalDouble first(BooleanSupplier isStopped) {
                timing(isStopped);
                return isStopped.getAsBoolean() ? OptionalDouble.empty() : OptionalDouble.of(nanos);
            }

            @Override
            public double again() {
                return nanos;
            }

            @Override
            public void close() {}
        };
    }

    /** {@code compiler}, timing candidates here, by a clock that goes on by ten milliseconds when it is looked at. */
    ModelCompiler by(ModelCompiler compiler) {
        return compiler.timingAt((backend, target, threads) -> this, ticks());
    }

    private static LongSupplier ticks() {
        AtomicLong now = new AtomicLong();
        return () -> now.addAndGet(10_000_000);
    }
}
