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

    /** The same place, whose trials let others on {@code machine} go first, and count no time that others had a part in. */
    default TrialPlace yielding(IdleMachine machine) {
        return this;
    }

    /** Whether kernels can still be timed there; false once one has left it of no more use. */
    default boolean isUsable() {
        return true;
    }
}
