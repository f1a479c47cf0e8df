package dev.quern.ptx.driver;

import dev.quern.ir.backend.GiveBack;
import java.util.concurrent.atomic.AtomicBoolean;

/** Memory of the device, from its pool: undefined at first, had and given back in the order of a stream; on devices without pools at once. */
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
        String doing = "allocating " + bytes + " bytes on the device";
        long size = Math.max(1, bytes);
        long address = context.device().hasPools()
                ? context.had(CudaCall.ALLOCATE, doing, place -> free(stream, place), size, stream.handle())
                : context.had(CudaCall.ALLOCATE_WITHOUT_POOL, doing, place -> free(stream, place), size);
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
            free(stream, address);
        }
    }

    private static void free(CudaStream stream, long address) {
        CudaContext context = stream.context();
        String doing = "freeing memory of the device";
        if (context.device().hasPools()) {
            context.release(CudaCall.FREE, doing, address, stream.handle());
        } else {
            // Without a pool it is given back at once.
            GiveBack.all(
                    () -> context.release(CudaCall.STREAM_SYNCHRONIZE, doing, stream.handle()),
                    () -> context.release(CudaCall.FREE_WITHOUT_POOL, doing, address));
        }
    }
}
