package dev.quern.ir.backend;

/** A kernel that runs on a device with memory of its own. */
public non-sealed interface DeviceExecutable extends Executable {
    /**
     * Gives the kernel to {@code queue}, which runs it after all it was given before.
     *
     * @param queue one of the back end that compiled this
     * @param addresses where the first element of each parameter is on the device
     * @param symbols values of the kernel's symbols
     */
    void launch(DeviceQueue queue, long[] addresses, long[] symbols);
}
