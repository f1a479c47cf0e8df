package dev.quern.tune;

import dev.quern.ir.backend.Target;

/** A device on which kernels are timed alone. All that tuning knows of one. */
public interface TrialPlace {
    /** What its schedules may count on. */
    Target target();

    /** The device in words that no device has on which other times are to be expected: machine or card, target, threads. */
    String device();

    /** Compiles candidates for {@code kernel} there. */
    TrialSource trials(TunedKernel kernel);

    /** Whether kernels can still be timed there; false once one has left it of no more use. */
    default boolean isUsable() {
        return true;
    }
}
