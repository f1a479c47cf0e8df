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
import java.util.function.Function;
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

    /** CUDA 12.0, the first whose compiler takes {@code .version 8.0}. */
    private static final int OLDEST = 12_000;

    private static final String UPDATE = "expected one for CUDA " + version(OLDEST) + " or later (525 on Linux); "
            + "update the graphics driver, or name the device cpu";

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
            known = installed();
            known.start();
            SYSTEM.set(known);
        }
        return known;
    }

    /**
     * The driver of this machine, not started: all that it can be asked is its version.
     *
     * @throws ModelException if there is none, or this process may not load it
     */
    public static CudaDriver installed() {
        return new CudaDriver(library(CudaDriver::systemLibrary));
    }

    /**
     * A driver whose functions {@code library} finds, initialised.
     *
     * @throws ModelException if it does not start
     */
    public static CudaDriver open(SymbolLookup library) {
        CudaDriver driver = unstarted(library);
        driver.start();
        return driver;
    }

    /** A driver whose functions {@code library} finds, not started. */
    public static CudaDriver unstarted(SymbolLookup library) {
        return new CudaDriver(library);
    }

    /**
     * Initialises it; again does nothing.
     *
     * @throws ModelException if it does not start
     */
    public void start() {
        call(CudaCall.INIT, "starting the driver", 0);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup systemLibrary(String name) {
        return SymbolLookup.libraryLookup(name, Arena.global());
    }

    /**
     * The first library that {@code load} finds by one of the driver's names.
     *
     * @throws ModelException if it finds none, or the process may not call native code
     */
    static SymbolLookup library(Function<String, SymbolLookup> load) {
        for (String name : NAMES) {
            try {
                return load.apply(name);
            } catch (IllegalArgumentException absent) {
                // The next name.
            } catch (IllegalCallerException | UnsupportedOperationException | LinkageError denied) {
                throw inaccessible(denied);
            }
        }
        throw new ModelException(
                ModelException.Code.DEVICE,
                WHERE,
                "no NVIDIA driver: none of " + NAMES
                        + " can be loaded; install the graphics driver (the CUDA toolkit is not needed), or name the device cpu");
    }

    /** For a process in which native code cannot be called. */
    private static ModelException inaccessible(Throwable cause) {
        Module module = CudaDriver.class.getModule();
        String remedy = cause instanceof IllegalCallerException
                ? "start java with --enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED")
                : "run a JDK that can call native code on this platform";
        return new ModelException(
                ModelException.Code.DEVICE,
                WHERE,
                "the driver cannot be called from this process (" + cause + "); " + remedy + ", or name the device cpu",
                cause);
    }

    /** The version of CUDA that the driver supports, such as {@code 13.0}. */
    public String version() {
        return version(versionNumber());
    }

    private int versionNumber() {
        return integer(CudaCall.DRIVER_VERSION, "asking for the driver's version");
    }

    private static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    /**
     * Does nothing where the driver takes the text that kernels are written in.
     *
     * @throws ModelException if it is older
     */
    public void requireSupported() {
        int version = versionNumber();
        if (version < OLDEST) {
            throw new ModelException(
                    ModelException.Code.DEVICE, WHERE, "the driver is for CUDA " + version(version) + ", " + UPDATE);
        }
    }

    /** Whether the device has failed so that it cannot be used again in this process. */
    boolean isBroken() {
        return broken.get() != null;
    }

    /**
     * Does nothing where no kernel has broken the device.
     *
     * @throws ModelException naming what has
     */
    void requireUsable() {
        String first = broken.get();
        if (first != null) {
            throw new ModelException(
                    ModelException.Code.DEVICE,
                    WHERE,
                    "the device failed before (" + first + "); " + CudaError.RESTART);
        }
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
        return result(call, function(call), arguments);
    }

    /** What {@code function}, which is {@code call} bound, returns. Nothing of Quern in this blocks but the driver itself. */
    static int result(CudaCall call, MethodHandle function, Object[] arguments) {
        try {
            return (int) function.invokeExact(arguments);
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
        message.append("; ").append(first != null ? CudaError.RESTART : error.remedy(call));
        return new ModelException(error.code(), WHERE, message.toString());
    }

    /** The text that {@code call} gives for a return code; empty if it has none, or the driver has no such function. */
    String text(CudaCall call, int code) {
        if (library.find(call.symbol()).isEmpty()) {
            return "";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(ValueLayout.ADDRESS);
            return result(call, code, cell) == 0 ? string(cell.get(ValueLayout.ADDRESS, 0)) : "";
        }
    }

    @SuppressWarnings("restricted")
    private static String string(MemorySegment address) {
        return address.address() == 0 ? "" : address.reinterpret(LONGEST_TEXT).getString(0);
    }

    /**
     * A function, bound if it was not yet.
     *
     * @throws ModelException if the driver has none of its name
     */
    MethodHandle function(CudaCall call) {
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
                        ModelException.Code.DEVICE, WHERE, "the driver has no " + call.symbol() + "; " + UPDATE));
        MethodHandle direct;
        try {
            direct = Linker.nativeLinker().downcallHandle(address, call.descriptor());
        } catch (IllegalCallerException | UnsupportedOperationException | LinkageError denied) {
            throw inaccessible(denied);
        }
        return direct.asSpreader(Object[].class, direct.type().parameterCount())
                .asType(MethodType.methodType(int.class, Object[].class));
    }
}
