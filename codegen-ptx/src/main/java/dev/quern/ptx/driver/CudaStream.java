package dev.quern.ptx.driver;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work of the device in order: launches, copies, allocations. Whatever is given to it returns at once, save {@link #synchronize}. */
public final class CudaStream implements AutoCloseable {
    /** Does not wait for the default stream. */
    private static final int NON_BLOCKING = 1;

    private final CudaContext context;
    private final long handle;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CudaStream(CudaContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /** A new stream. */
    public static CudaStream create(CudaContext context) {
        return new CudaStream(
                context,
                context.had(
                        CudaCall.STREAM_CREATE, "creating a stream", handle -> destroy(context, handle), NON_BLOCKING));
    }

    private static void destroy(CudaContext context, long handle) {
        context.release(CudaCall.STREAM_DESTROY, "closing a stream", handle);
    }

    /** The context. */
    public CudaContext context() {
        return context;
    }

    /** The driver's handle. */
    long handle() {
        return handle;
    }

    /**
     * Copies to the device. Memory that is not {@link PinnedMemory} is read before this returns, pinned memory when the stream gets there.
     *
     * @param source native memory
     */
    public void copyToDevice(MemorySegment source, long target) {
        context.call(
                CudaCall.COPY_TO_DEVICE,
                "copying " + source.byteSize() + " bytes to the device",
                target,
                source,
                source.byteSize(),
                handle);
    }

    /**
     * Copies from the device; the bytes are there once the stream was synchronised.
     *
     * @param target native memory
     */
    public void copyToHost(long source, MemorySegment target) {
        context.call(
                CudaCall.COPY_TO_HOST,
                "copying " + target.byteSize() + " bytes from the device",
                target,
                source,
                target.byteSize(),
                handle);
    }

    /** Copies within the device's memory; the two places must not overlap. */
    public void copy(long source, long target, long bytes) {
        context.call(
                CudaCall.COPY_ON_DEVICE, "copying " + bytes + " bytes on the device", target, source, bytes, handle);
    }

    /** Sets bytes of the device's memory. */
    public void fill(long target, byte value, long bytes) {
        context.call(CudaCall.FILL, "filling " + bytes + " bytes", target, value, bytes, handle);
    }

    /** Waits until all that was given to the stream is done. */
    public void synchronize() {
        synchronize("waiting for the device");
    }

    /**
     * The same.
     *
     * @param doing what was given to it, for the message
     */
    public void synchronize(String doing) {
        context.call(CudaCall.STREAM_SYNCHRONIZE, doing, handle);
    }

    /** Gives the stream back once its work is done. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            destroy(context, handle);
        }
    }
}
