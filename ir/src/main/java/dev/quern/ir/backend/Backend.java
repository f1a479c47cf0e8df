package dev.quern.ir.backend;

import dev.quern.ir.kernel.Kernel;
import java.util.Collection;
import java.util.Optional;

/** Turns scheduled kernels into code for a device; found by {@link java.util.ServiceLoader}. */
public interface Backend {
    /** The device's name as {@code Options.device} gives it: {@code cpu} or {@code cuda}. */
    String device();

    /**
     * The device that kernels run on, in words, such as the name of a card.
     *
     * @throws dev.quern.ModelException if there is no such device here
     */
    default String deviceName() {
        return device();
    }

    /** Whether there is such a device here. */
    default boolean isAvailable() {
        return true;
    }

    /**
     * What schedules for this device may count on, for runs on {@code threads} threads.
     *
     * @throws dev.quern.ModelException if there is no such device here
     */
    Target target(int threads);

    /**
     * Compiles a kernel as scheduled; a back end begins by {@linkplain dev.quern.ir.math.ExpandMath expanding} its functions, so that
     * all compute the same bits.
     *
     * @throws dev.quern.ModelException with a reason if this back end cannot lower it
     */
    Executable compile(Kernel scheduled, Target target);

    /**
     * The kernel whose {@linkplain Executable#artifact code} is {@code artifact}, which this back end made of an equal kernel for the same
     * target. The code runs: it must come from where code may come from.
     */
    default Executable restore(Kernel scheduled, byte[] artifact) {
        throw new UnsupportedOperationException(device() + " takes no code back");
    }

    /** Whether there is {@link #restore}. */
    default boolean takesCodeBack() {
        return false;
    }

    /** What the process that runs has made of the code of {@code executables} so far. */
    default MachineCode machineCode(Collection<Executable> executables) {
        return MachineCode.NONE;
    }

    /** A new queue of the device for its {@link DeviceExecutable}s; empty where kernels run in this process. */
    default Optional<DeviceQueue> openQueue() {
        return Optional.empty();
    }
}
