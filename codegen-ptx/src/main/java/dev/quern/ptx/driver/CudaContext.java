package dev.quern.ptx.driver;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The primary context of a device, in which modules, memory and streams live. Thread-safe: what needs a current context makes this
 * the calling thread's first, and the one that it had before again after it.
 */
public final class CudaContext implements AutoCloseable {
    private static final int RELEASE_THRESHOLD = 4;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final long handle;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** While it is open, the context is the calling thread's. */
    interface CurrentContext extends AutoCloseable {
        @Override
        void close();
    }

    private CudaContext(CudaDriver driver, CudaDevice device, long handle) {
        this.driver = driver;
        this.device = device;
        this.handle = handle;
    }

    /**
     * The context of {@code device}; the memory that its pool has once had, it keeps.
     *
     * @throws ModelException if the driver is too old, or the device has no room for it
     */
    public static CudaContext open(CudaDriver driver, CudaDevice device) {
        driver.requireSupported();
        driver.requireUsable();
        long handle = driver.number(CudaCall.CONTEXT_RETAIN, "opening a context", device.ordinal());
        CudaContext context = new CudaContext(driver, device, handle);
        try {
            if (device.hasPools()) {
                context.keepMemory();
            }
            return context;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, context::close);
            throw failure;
        }
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

    /**
     * Does nothing where the device can be used.
     *
     * @throws ModelException if it has failed before in this process
     */
    public void requireUsable() {
        driver.requireUsable();
    }

    /** Whether it cannot be used again in this process. */
    public boolean isBroken() {
        return driver.isBroken();
    }

    /**
     * Makes this the calling thread's context until what it returns is closed.
     *
     * @param doing what for, for the message: the driver may tell here of a kernel that has failed
     */
    CurrentContext bind(String doing) {
        driver.call(CudaCall.CONTEXT_PUSH, doing, handle);
        return this::unbind;
    }

    private void unbind() {
        driver.number(CudaCall.CONTEXT_POP, "giving a thread its context back");
    }

    /** Calls a function while this is the thread's context. */
    void call(CudaCall call, String doing, Object... arguments) {
        try (CurrentContext _ = bind(doing)) {
            driver.call(call, doing, arguments);
        }
    }

    /** The number, handle or address that {@code call} writes through its first argument, the others being {@code arguments}. */
    long number(CudaCall call, String doing, Object... arguments) {
        try (CurrentContext _ = bind(doing)) {
            return driver.number(call, doing, arguments);
        }
    }

    /** Calls a function that gives something back; not where the device has failed, since all of it has gone with its context. */
    void release(CudaCall call, String doing, Object... arguments) {
        if (!driver.isBroken()) {
            call(call, doing, arguments);
        }
    }

    /** Bytes of the device's memory that nobody has. */
    public long freeMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
            return number(CudaCall.MEMORY_FREE_BYTES, "asking for the free memory", total);
        }
    }

    /** Gives the context back; all that lives in it must be closed before. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && !driver.isBroken()) {
            driver.call(CudaCall.CONTEXT_RELEASE, "closing a context", device.ordinal());
        }
    }
}
