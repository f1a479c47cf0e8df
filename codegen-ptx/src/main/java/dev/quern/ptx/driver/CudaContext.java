package dev.quern.ptx.driver;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * The primary context of a device, in which modules, memory and streams live. Thread-safe: what needs a current context makes this
 * the calling thread's first, and the one that it had before again after it.
 *
 * <p>Contexts are current to threads of the system, and a virtual thread that is unmounted may go on with another of these. So Quern does nothing but call native code
 * while this is current: functions are bound before, and what failed is said after. The JDK may have something to do there, as when it
 * compiles the handle of a function anew that is often called; so the context that is taken away from the thread after a call is compared with
 * this, and another is a failure.
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
     * What two functions return.
     *
     * @param call the one that was called while this was the thread's context
     * @param pop the one that gave the thread its own again
     * @param popped the context that the thread had until then, if {@code pop} is success
     */
    record Returned(int call, int pop, long popped) {}

    /**
     * Calls a function while this is the thread's context, and says what came of it.
     *
     * @param doing what for, for the message: the driver may tell of a kernel that has failed before it makes this the thread's context
     */
    Returned returned(CudaCall call, String doing, Object... arguments) {
        MethodHandle function = driver.function(call);
        MethodHandle push = driver.function(CudaCall.CONTEXT_PUSH);
        MethodHandle pop = driver.function(CudaCall.CONTEXT_POP);
        try (Arena arena = Arena.ofConfined()) {
            Object[] pushed = {handle};
            MemorySegment cell = arena.allocate(ValueLayout.JAVA_LONG);
            Object[] popped = {cell};
            int current = CudaDriver.result(CudaCall.CONTEXT_PUSH, push, pushed);
            if (current != 0) {
                throw driver.failure(CudaCall.CONTEXT_PUSH, current, doing, "");
            }
            int result;
            int left;
            try {
                result = CudaDriver.result(call, function, arguments);
            } finally {
                left = CudaDriver.result(CudaCall.CONTEXT_POP, pop, popped);
            }
            return new Returned(result, left, cell.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** What is wrong with giving the thread its own context again; empty if nothing is. */
    private Optional<ModelException> notPopped(Returned returned, CudaCall call, String doing) {
        if (returned.pop() != 0) {
            return Optional.of(
                    driver.failure(CudaCall.CONTEXT_POP, returned.pop(), "giving a thread its context back", ""));
        }
        if (returned.popped() == handle) {
            return Optional.empty();
        }
        return Optional.of(
                new ModelException(
                        ModelException.Code.DEVICE,
                        CudaDriver.WHERE,
                        "the thread of the system changed during " + call.symbol() + ", called for " + doing
                                + ": expected context 0x" + Long.toHexString(handle) + " to be its own, found 0x"
                                + Long.toHexString(returned.popped())
                                + "; nothing is known of what was called: run the model on a platform thread, and report this"));
    }

    /**
     * Does nothing where both are success, on one thread of the system.
     *
     * @param log what else the driver said, or empty
     * @param giveBack gives back what the call has made where the thread's own context cannot be had again
     */
    void require(Returned returned, CudaCall call, String doing, String log, Runnable giveBack) {
        if (returned.call() != 0) {
            ModelException failure = driver.failure(call, returned.call(), doing, log);
            notPopped(returned, call, doing).ifPresent(failure::addSuppressed);
            throw failure;
        }
        notPopped(returned, call, doing).ifPresent(failure -> {
            GiveBack.after(failure, giveBack);
            throw failure;
        });
    }

    /** Calls a function while this is the thread's context. */
    void call(CudaCall call, String doing, Object... arguments) {
        require(returned(call, doing, arguments), call, doing, "", () -> {});
    }

    /** The number that {@code call} writes through its first argument, the others being {@code arguments}. */
    long number(CudaCall call, String doing, Object... arguments) {
        return had(call, doing, number -> {}, arguments);
    }

    /**
     * The handle or address that {@code call} writes through its first argument, the others being {@code arguments}.
     *
     * @param giveBack gives it back if nobody gets to know it
     */
    long had(CudaCall call, String doing, LongConsumer giveBack, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(ValueLayout.JAVA_LONG);
            Object[] all = new Object[arguments.length + 1];
            all[0] = cell;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            require(
                    returned(call, doing, all),
                    call,
                    doing,
                    "",
                    () -> giveBack.accept(cell.get(ValueLayout.JAVA_LONG, 0)));
            return cell.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Calls a function that gives something back; not where the device has failed, since all of it has gone with its context. */
    void release(CudaCall call, String doing, Object... arguments) {
        unlessBroken(() -> call(call, doing, arguments));
    }

    /** Does {@code giveBack} while the device is of use. What breaks it meanwhile fails whoever waits for it: all is given back then. */
    private void unlessBroken(Runnable giveBack) {
        if (driver.isBroken()) {
            return;
        }
        try {
            giveBack.run();
        } catch (ModelException failure) {
            if (!driver.isBroken()) {
                throw failure;
            }
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
        if (closed.compareAndSet(false, true)) {
            unlessBroken(() -> driver.call(CudaCall.CONTEXT_RELEASE, "closing a context", device.ordinal()));
        }
    }
}
