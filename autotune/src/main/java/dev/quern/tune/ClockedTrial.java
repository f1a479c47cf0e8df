package dev.quern.tune;

import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * A trial of a kernel in this process, by the clock.
 *
 * @param kernel what is run
 * @param timer warms and times it
 */
public record ClockedTrial(RepeatedKernel kernel, TrialTimer timer) implements KernelTrial {
    @Override
    public OptionalDouble first() {
        return first(() -> false);
    }

    @Override
    public OptionalDouble first(BooleanSupplier isStopped) {
        return timer.time(kernel, isStopped);
    }

    @Override
    public double again() {
        return again(() -> false).orElseThrow();
    }

    @Override
    public OptionalDouble again(BooleanSupplier isStopped) {
        return timer.again(kernel, isStopped);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
