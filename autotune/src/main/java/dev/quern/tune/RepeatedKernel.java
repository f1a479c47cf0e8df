package dev.quern.tune;

import dev.quern.ir.backend.MachineCode;

/** A kernel in this process, which compiles its code while it runs. Used by one thread. */
public interface RepeatedKernel extends AutoCloseable {
    /** Runs it once, on other buffers than the time before. */
    void run();

    /** What the process has made of its code so far; {@link MachineCode#NONE} where it does not say. */
    MachineCode code();

    /** Frees its memory. */
    @Override
    void close();
}
