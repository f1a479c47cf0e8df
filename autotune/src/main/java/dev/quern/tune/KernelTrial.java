package dev.quern.tune;

import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/** A kernel under one schedule, compiled for a device, with memory of its own there. How runs are timed is the device's affair. Used by one thread. */
public interface KernelTrial extends AutoCloseable {
    /** Nanoseconds of a run, once its code is as it will be; empty if that was not so in time. */
    OptionalDouble first();

    /**
     * The same, which may be ended before it is ready.
     *
     * @param isStopped asked all the while: whether to end at once, without a time. A trial that takes little time need not ask
     */
    default OptionalDouble first(BooleanSupplier isStopped) {
        return first();
    }

    /** The same again, of code that {@link #first} found ready. */
    double again();

    /**
     * The same, which may be ended before there is a time.
     *
     * @param isStopped asked all the while, as {@link #first(BooleanSupplier)} does
     */
    default OptionalDouble again(BooleanSupplier isStopped) {
        return OptionalDouble.of(again());
    }

    /** Frees its memory. */
    @Override
    void close();
}
