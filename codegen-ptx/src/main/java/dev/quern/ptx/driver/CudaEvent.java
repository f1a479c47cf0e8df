package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/** A point in a stream's work, with its time. */
public final class CudaEvent implements AutoCloseable {
    private final CudaContext context;
    private final long handle;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CudaEvent(CudaContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /** An event that nothing has met. */
    public static CudaEvent create(CudaContext context) {
        return new CudaEvent(
                context,
                context.had(CudaCall.EVENT_CREATE, "creating an event", handle -> destroy(context, handle), 0));
    }

    private static void destroy(CudaContext context, long handle) {
        context.release(CudaCall.EVENT_DESTROY, "closing an event", handle);
    }

    /** The event is met when {@code stream} has done what it has now. */
    public void record(CudaStream stream) {
        context.call(CudaCall.EVENT_RECORD, "recording an event", handle, stream.handle());
    }

    /** Waits until the event is met. */
    public void synchronize() {
        context.call(CudaCall.EVENT_SYNCHRONIZE, "waiting for an event", handle);
    }

    /** Milliseconds from {@code earlier} to this, both being met. */
    public float millisecondsSince(CudaEvent earlier) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(ValueLayout.JAVA_FLOAT);
            context.call(CudaCall.EVENT_ELAPSED, "reading the time between events", cell, earlier.handle, handle);
            return cell.get(ValueLayout.JAVA_FLOAT, 0);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            destroy(context, handle);
        }
    }
}
