package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/** Code loaded into a context, compiled by the driver from PTX text. */
public final class CudaModule implements AutoCloseable {
    private static final int LOG_BYTES = 1 << 15;

    /** The numbers of {@code CUjit_option}. */
    private static final int[] OPTIONS = {
        3, // INFO_LOG_BUFFER
        4, // INFO_LOG_BUFFER_SIZE_BYTES
        5, // ERROR_LOG_BUFFER
        6, // ERROR_LOG_BUFFER_SIZE_BYTES
        12, // LOG_VERBOSE
    };

    private final CudaContext context;
    private final long handle;
    private final String log;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CudaModule(CudaContext context, long handle, String log) {
        this.context = context;
        this.handle = handle;
        this.log = log;
    }

    /**
     * Compiles and loads PTX text.
     *
     * @throws dev.quern.ModelException with the compiler's log if the driver refuses it
     */
    public static CudaModule load(CudaContext context, String name, String ptx) {
        String doing = "loading kernel " + name;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment information = arena.allocate(LOG_BYTES);
            MemorySegment errors = arena.allocate(LOG_BYTES);
            MemorySegment keys = arena.allocateFrom(ValueLayout.JAVA_INT, OPTIONS);
            // The values themselves stand in the slots, not their addresses.
            MemorySegment values = arena.allocateFrom(
                    ValueLayout.JAVA_LONG, information.address(), LOG_BYTES, errors.address(), LOG_BYTES, 1);
            MemorySegment handle = arena.allocate(ValueLayout.JAVA_LONG);
            CudaContext.Returned returned = context.returned(
                    CudaCall.MODULE_LOAD, doing, handle, arena.allocateFrom(ptx), OPTIONS.length, keys, values);
            context.require(
                    returned,
                    CudaCall.MODULE_LOAD,
                    doing,
                    errors.getString(0),
                    () -> unload(context, handle.get(ValueLayout.JAVA_LONG, 0)));
            return new CudaModule(context, handle.get(ValueLayout.JAVA_LONG, 0), information.getString(0));
        }
    }

    private static void unload(CudaContext context, long handle) {
        context.release(CudaCall.MODULE_UNLOAD, "unloading a module", handle);
    }

    /** What the driver's compiler said: registers and spills of each function. */
    public String log() {
        return log;
    }

    /** The kernel that the text calls {@code entry}. */
    public CudaFunction function(String entry) {
        try (Arena arena = Arena.ofConfined()) {
            long function = context.number(
                    CudaCall.MODULE_FUNCTION, "looking for kernel " + entry, handle, arena.allocateFrom(entry));
            return new CudaFunction(context, entry, function);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            unload(context, handle);
        }
    }
}
