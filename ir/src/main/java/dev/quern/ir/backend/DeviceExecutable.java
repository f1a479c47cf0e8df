package dev.quern.ir.backend;

/** A kernel that runs on a device with memory of its own. Its code is there until it is closed, at the latest until it is forgotten. */
public non-sealed interface DeviceExecutable extends Executable, AutoCloseable {
    /**
     * Gives the kernel to {@code queue}, which runs it after all it was given before.
     *
     * @param queue one of the back end that compiled this
     * @param addresses where the first element of each parameter is on the device
     * @param symbols values of the kernel's symbols
     */
    void launch(DeviceQueue queue, long[] addresses, long[] symbols);

    /** Unloads the code; a second time does nothing. The device must be done with all launches, and no other may follow. */
    @Override
    void close();
}
