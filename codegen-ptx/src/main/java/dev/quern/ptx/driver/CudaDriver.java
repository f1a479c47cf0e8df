package dev.quern.ptx.driver;

import dev.quern.ModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToLongFunction;

/**
 * The driver's library. Functions are bound when they are first called; every return code is looked at. Thread-safe.
 *
 * <p>Once a kernel has failed, the driver refuses everything for the rest of the process: the first such failure is kept and named
 * in every later one.
 */
public final class CudaDriver {
    /** What messages give as the place of a failure that has no better one. */
    static final String WHERE = "device 'cuda'";

    private static final List<String> NAMES = List.of("libcuda.so.1", "libcuda.so", "nvcuda.dll");
    private static final long LONGEST_TEXT = 4096;
    private static final AtomicReference<CudaDriver> SYSTEM = new AtomicReference<>();

    private final SymbolLookup library;
    private final AtomicReferenceArray<MethodHandle> handles = new AtomicReferenceArray<>(CudaCall.values().length);
    private final AtomicReference<String> broken = new AtomicReference<>();

    private CudaDriver(SymbolLookup library) {
        this.library = library;
    }

    /**
     * The driver of this machine, initialised.
     *
     * @throws ModelException if there is none, or it does not start
     */
    public static CudaDriver system() {
        CudaDriver known = SYSTEM.get();
        if (known == null) {
            known = open(systemLibrary());
            SYSTEM.set(known);
        }
        return known;
    }

    /**
     * A driver whose functions {@code library} finds, initialised.
     *
     * @throws ModelException if it does not start
     */
    public static CudaDriver open(SymbolLookup library) {
        CudaDriver driver = new CudaDriver(library);
        driver.call(CudaCall.INIT, "starting the driver", 0);
        return driver;
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup systemLibrary() {
        for (String name : NAMES) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException absent) {
                // The next name.
            }
        }
        throw new ModelException(
                ModelException.Code.DEVICE,
                WHERE,
                "no NVIDIA driver: none of " + NAMES
                        + " can be loaded; install the graphics driver (the CUDA toolkit is not needed), or name the device cpu");
    }

    /** The version of CUDA that the driver supports, such as {@code 13.0}. */
    public String version() {
        int version = integer(CudaCall.DRIVER_VERSION, "asking for the driver's version");
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** The number that {@code call} writes through its first argument, the others being {@code arguments}. */
    int integer(CudaCall call, String doing, Object... arguments) {
        return (int) out(call, doing, cell -> cell.get(ValueLayout.JAVA_INT, 0), arguments);
    }

    /** The number, handle or address that {@code call} writes through its first argument, the others being {@code arguments}. */
    long number(CudaCall call, String doing, Object... arguments) {
        return out(call, doing, cell -> cell.get(ValueLayout.JAVA_LONG, 0), arguments);
    }

    private long out(CudaCall call, String doing, ToLongFunction<MemorySegment> read, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(ValueLayout.JAVA_LONG);
            Object[] all = new Object[arguments.length + 1];
            all[0] = cell;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            call(call, doing, all);
            return read.applyAsLong(cell);
        }
    }

    /**
     * Calls a function.
     *
     * @param doing what for, for the message
     * @throws ModelException if it does not return success
     */
    void call(CudaCall call, String doing, Object... arguments) {
        int result = result(call, arguments);
        if (result != 0) {
            throw failure(call, result, doing, "");
        }
    }

    /** What a function returns. */
    int result(CudaCall call, Object... arguments) {
        try {
            return (int) handle(call).invokeExact(arguments);
        } catch (ModelException missing) {
            throw missing;
        } catch (Throwable thrown) {
            throw new IllegalStateException(call.symbol() + " could not be called", thrown);
        }
    }

    /** The exception for a return code; {@code log} is what else the driver said, or empty. */
    ModelException failure(CudaCall call, int result, String doing, String log) {
        CudaError error = CudaError.of(this, result);
        String what = call.symbol() + " failed while " + doing + ": " + error;
        if (error.breaksDevice()) {
            broken.compareAndSet(null, what);
        }
        String first = broken.get();
        StringBuilder message = new StringBuilder(what);
        if (!log.isBlank()) {
            message.append("; the driver says: ").append(log.strip());
        }
        if (first != null && !first.equals(what)) {
            message.append("; the device failed before (").append(first).append(')');
        }
        message.append("; ").append(first != null ? CudaError.RESTART : error.remedy());
        return new ModelException(error.code(), WHERE, message.toString());
    }

    /** The text that {@code call} gives for a return code, or empty. */
    String text(CudaCall call, int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(ValueLayout.ADDRESS);
            return result(call, code, cell) == 0 ? string(cell.get(ValueLayout.ADDRESS, 0)) : "";
        }
    }

    @SuppressWarnings("restricted")
    private static String string(MemorySegment address) {
        return address.address() == 0 ? "" : address.reinterpret(LONGEST_TEXT).getString(0);
    }

    private MethodHandle handle(CudaCall call) {
        MethodHandle known = handles.get(call.ordinal());
        if (known == null) {
            known = bind(call);
            handles.set(call.ordinal(), known);
        }
        return known;
    }

    @SuppressWarnings("restricted")
    private MethodHandle bind(CudaCall call) {
        MemorySegment address = library.find(call.symbol())
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.DEVICE,
                        WHERE,
                        "the driver has no " + call.symbol()
                                + "; expected one for CUDA 11.2 or later; update the graphics driver"));
        MethodHandle direct = Linker.nativeLinker().downcallHandle(address, call.descriptor());
        return direct.asSpreader(Object[].class, direct.type().parameterCount())
                .asType(MethodType.methodType(int.class, Object[].class));
    }
}
