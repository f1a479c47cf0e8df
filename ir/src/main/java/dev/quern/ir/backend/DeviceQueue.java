package dev.quern.ir.backend;

import java.lang.foreign.MemorySegment;

/**
 * Work for a device with memory of its own, done in the order it is given; used by one thread at a time. What fails on the device fails here as a
 * {@link dev.quern.ModelException}, at the latest where something waits for it.
 */
public interface DeviceQueue extends AutoCloseable {
    /**
     * Memory of the device, undefined, until it is given back or the queue is closed.
     *
     * @return its address, which suits every element type
     */
    long allocate(long bytes);

    /** Gives back memory that was allocated, once the device is done with what it has been given so far. */
    void free(long address);

    /** Copies to the device; {@code source} may be changed once this returns. */
    void copyIn(MemorySegment source, long address);

    /** Copies from the device, and waits for it and all before it. */
    void copyOut(long address, MemorySegment target);

    /** Sets bytes of the device's memory. */
    void fill(long address, byte value, long bytes);

    /** Waits until all is done. */
    void await();

    /** Nanoseconds that the device takes for what {@code work} gives to this queue, by the device's own clock; waits for it. */
    double nanos(Runnable work);

    /** Gives back the memory that was allocated, once the device is done with it. */
    @Override
    void close();
}
