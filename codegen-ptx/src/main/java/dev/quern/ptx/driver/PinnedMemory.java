package dev.quern.ptx.driver;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** Memory of the host that the device copies from and to at full speed. */
public final class PinnedMemory implements AutoCloseable {
    private final CudaContext context;
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PinnedMemory(CudaContext context, MemorySegment segment) {
        this.context = context;
        this.segment = segment;
    }

    /**
     * New memory.
     *
     * @throws dev.quern.ModelException if there is not enough
     */
    @SuppressWarnings("restricted")
    public static PinnedMemory allocate(CudaContext context, long bytes) {
        long address = context.had(
                CudaCall.PINNED_ALLOCATE,
                "pinning " + bytes + " bytes",
                place -> free(context, MemorySegment.ofAddress(place)),
                Math.max(1, bytes),
                0);
        return new PinnedMemory(context, MemorySegment.ofAddress(address).reinterpret(bytes));
    }

    private static void free(CudaContext context, MemorySegment segment) {
        context.release(CudaCall.PINNED_FREE, "freeing pinned memory", segment);
    }

    /** The memory; not to be used once this is closed. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            free(context, segment);
        }
    }
}
