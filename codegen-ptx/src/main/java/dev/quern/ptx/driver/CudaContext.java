package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The primary context of a device, in which modules, memory and streams live. Thread-safe: what needs a current context makes this
 * the calling thread's first.
 */
public final class CudaContext implements AutoCloseable {
    private static final int RELEASE_THRESHOLD = 4;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final long handle;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CudaContext(CudaDriver driver, CudaDevice device, long handle) {
        this.driver = driver;
        this.device = device;
        this.handle = handle;
    }

    /** The context of {@code device}; the memory that its pool has once had, it keeps. */
    public static CudaContext open(CudaDriver driver, CudaDevice device) {
        long handle = driver.number(CudaCall.CONTEXT_RETAIN, "opening a context", device.ordinal());
        CudaContext context = new CudaContext(driver, device, handle);
        context.keepMemory();
        return context;
    }

    private void keepMemory() {
        long pool = driver.number(CudaCall.DEVICE_POOL, "asking for the memory pool", device.ordinal());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment everything = arena.allocateFrom(ValueLayout.JAVA_LONG, -1L);
            driver.call(CudaCall.POOL_ATTRIBUTE, "setting up the memory pool", pool, RELEASE_THRESHOLD, everything);
        }
    }

    /** The driver. */
    CudaDriver driver() {
        return driver;
    }

    /** The device. */
    public CudaDevice device() {
        return device;
    }

    /** Makes this the calling thread's context. */
    void bind() {
        driver.call(CudaCall.CONTEXT_CURRENT, "binding a thread", handle);
    }

    /** Bytes of the device's memory that nobody has. */
    public long freeMemory() {
        bind();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
            return driver.number(CudaCall.MEMORY_FREE_BYTES, "asking for the free memory", total);
        }
    }

    /** Gives the context back; all that lives in it must be closed before. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            driver.call(CudaCall.CONTEXT_RELEASE, "closing a context", device.ordinal());
        }
    }
}
