package dev.quern.ptx.driver;

import java.util.concurrent.atomic.AtomicBoolean;

/** Memory of the device, from its pool: undefined at first, had and given back in the order of a stream. */
public final class DeviceMemory implements AutoCloseable {
    private final CudaStream stream;
    private final long address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DeviceMemory(CudaStream stream, long address) {
        this.stream = stream;
        this.address = address;
    }

    /**
     * New memory.
     *
     * @param bytes at least one is taken
     * @throws dev.quern.ModelException if there is not enough
     */
    public static DeviceMemory allocate(CudaStream stream, long bytes) {
        CudaContext context = stream.context();
        context.bind();
        long address = context.driver()
                .number(
                        CudaCall.ALLOCATE,
                        "allocating " + bytes + " bytes on the device",
                        Math.max(1, bytes),
                        stream.handle());
        return new DeviceMemory(stream, address);
    }

    /** Where it is, a multiple of 256. */
    public long address() {
        return address;
    }

    /** Gives it back once the stream has done what it has now. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            stream.context().bind();
            stream.context().driver().call(CudaCall.FREE, "freeing memory of the device", address, stream.handle());
        }
    }
}
