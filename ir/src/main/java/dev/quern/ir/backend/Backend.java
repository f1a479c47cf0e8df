package dev.quern.ir.backend;

import dev.quern.ir.kernel.Kernel;

/** Turns scheduled kernels into code for a device; found by {@link java.util.ServiceLoader}. */
public interface Backend {
    /** The device's name as {@code Options.device} gives it: {@code cpu} or {@code cuda}. */
    String device();

    /** What schedules for this device may count on, for runs on {@code threads} threads. */
    Target target(int threads);

    /**
     * Compiles a kernel.
     *
     * @throws dev.quern.ModelException with a reason if this back end cannot lower it
     */
    Executable compile(Kernel scheduled, Target target);
}
