package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The driver's functions on memory of the process, with what the real ones check of their arguments. */
@SuppressWarnings("restricted")
public final class StubFunctions {
    static final int INVALID_VALUE = 1;
    static final int OUT_OF_MEMORY = 2;
    static final int INVALID_CONTEXT = 201;
    static final int INVALID_PTX = 218;
    static final int NOT_FOUND = 500;
    static final int UNKNOWN = 999;

    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)");
    private static final long TEXT = 1 << 20;
    private static final long MEMORY = 1L << 30;

    /** A kernel given to a stream. */
    public record Launch(String kernel, int blocks, int threads, int sharedBytes, List<Long> arguments) {}

    /** What a kernel does; returns what waiting for it gives. */
    @FunctionalInterface
    public interface StubBody {
        /** Runs the kernel at once. */
        int run(Launch launch);
    }

    private record StubEntry(String name, int parameters) {}

    private final Arena texts = Arena.ofShared();
    private final Map<Long, Arena> memory = new HashMap<>();
    private final Map<Long, String> handles = new HashMap<>();
    private final Map<Long, List<StubEntry>> modules = new HashMap<>();
    private final Map<Long, StubEntry> entries = new HashMap<>();
    private final Map<Integer, String> names = Map.of(
            INVALID_VALUE,
            "CUDA_ERROR_INVALID_VALUE",
            OUT_OF_MEMORY,
            "CUDA_ERROR_OUT_OF_MEMORY",
            INVALID_PTX,
            "CUDA_ERROR_INVALID_PTX",
            NOT_FOUND,
            "CUDA_ERROR_NOT_FOUND",
            700,
            "CUDA_ERROR_ILLEGAL_ADDRESS");
    private final List<Launch> launches = new ArrayList<>();
    private final Map<Integer, Integer> attributes = new HashMap<>();
    private StubBody body = launch -> 0;
    private int devices = 1;
    private int retained;
    private int sticky;
    private long next = 0x1000;

    /** A fault of a kernel, once something that waits for it has returned it. */
    private int reported;

    private int version = 13020;
    private boolean pools = true;
    private int major = 9;
    private int sick = -1;

    /** What the next context that is taken from a thread is said to be; 0 for what it is. */
    private long strange;

    /** The contexts that each thread has pushed, the current one last. */
    private final Map<Thread, Deque<Long>> contexts = new ConcurrentHashMap<>();

    /** How many devices there are. */
    public void devices(int count) {
        devices = count;
    }

    /** The version of CUDA that the driver says, such as 13020 for 13.2. */
    public void version(int number) {
        version = number;
    }

    /** Whether devices have memory pools. */
    public void pools(boolean there) {
        pools = there;
    }

    /** The devices' compute capability before the dot; the other part is 0. */
    public void capability(int number) {
        major = number;
    }

    /** The device {@code ordinal} answers nothing that is asked about it. */
    public void sick(int ordinal) {
        sick = ordinal;
    }

    /** The next context that is taken from a thread is said to be {@code context}, as on another thread. */
    public void strange(long context) {
        strange = context;
    }

    /** What kernels do. */
    public void body(StubBody other) {
        body = other;
    }

    /** All launches so far. */
    public List<Launch> launches() {
        return launches;
    }

    /** The attributes that were set on functions. */
    public Map<Integer, Integer> attributes() {
        return attributes;
    }

    /** What was had and not given back. */
    public List<Object> left() {
        List<Object> left = new ArrayList<>(memory.keySet());
        contexts.forEach((thread, stack) -> stack.forEach(context -> left.add("a context of " + thread)));
        left.addAll(handles.values());
        if (retained != 0) {
            left.add("context retained " + retained + " times");
        }
        return left;
    }

    private int make(MemorySegment out, String what) {
        handles.put(next, what);
        put(out, next++);
        return 0;
    }

    private int drop(long handle, String what) {
        return handles.remove(handle, what) ? 0 : INVALID_VALUE;
    }

    private boolean is(long handle, String what) {
        return what.equals(handles.get(handle));
    }

    /** Whether the calling thread has no context. */
    boolean lacksContext() {
        return contexts.getOrDefault(Thread.currentThread(), new ArrayDeque<>()).isEmpty();
    }

    private int report() {
        reported = sticky;
        return sticky;
    }

    private static void put(MemorySegment out, long value) {
        out.reinterpret(Long.BYTES).set(ValueLayout.JAVA_LONG, 0, value);
    }

    private static void putInt(MemorySegment out, int value) {
        out.reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, value);
    }

    int cuInit(int flags) {
        return flags == 0 ? 0 : INVALID_VALUE;
    }

    int cuDriverGetVersion(MemorySegment out) {
        putInt(out, version);
        return 0;
    }

    int cuGetErrorName(int error, MemorySegment out) {
        String name = names.get(error);
        put(out, name == null ? 0 : texts.allocateFrom(name).address());
        return name == null ? INVALID_VALUE : 0;
    }

    int cuGetErrorString(int error, MemorySegment out) {
        put(
                out,
                names.containsKey(error)
                        ? texts.allocateFrom("text of " + error).address()
                        : 0);
        return names.containsKey(error) ? 0 : INVALID_VALUE;
    }

    int cuDeviceGetCount(MemorySegment count) {
        putInt(count, devices);
        return 0;
    }

    int cuDeviceGet(MemorySegment device, int ordinal) {
        putInt(device, ordinal);
        return ordinal == sick ? UNKNOWN : ordinal < devices ? 0 : 101;
    }

    int cuDeviceGetName(MemorySegment name, int length, int device) {
        name.reinterpret(length).setString(0, "Stub " + device);
        return 0;
    }

    int cuDeviceGetAttribute(MemorySegment out, int attribute, int device) {
        Optional<Integer> value = switch (attribute) {
            case 1 -> Optional.of(1024);
            case 8 -> Optional.of(49152);
            case 97 -> Optional.of(232448);
            case 16 -> Optional.of(132);
            case 39 -> Optional.of(2048);
            case 75 -> Optional.of(major);
            case 76 -> Optional.of(0);
            case 115 -> Optional.of(pools ? 1 : 0);
            default -> Optional.empty();
        };
        value.ifPresent(number -> putInt(out, number));
        return value.isPresent() ? 0 : INVALID_VALUE;
    }

    int cuDeviceTotalMem_v2(MemorySegment out, int device) {
        put(out, MEMORY);
        return 0;
    }

    int cuDeviceGetDefaultMemPool(MemorySegment out, int device) {
        put(out, 0x77);
        return pools ? 0 : 801;
    }

    int cuMemPoolSetAttribute(long pool, int attribute, MemorySegment value) {
        boolean known =
                pool == 0x77 && attribute == 4 && value.reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0) == -1;
        return known ? 0 : INVALID_VALUE;
    }

    int cuDevicePrimaryCtxRetain(MemorySegment out, int device) {
        retained++;
        put(out, 0x55);
        return 0;
    }

    int cuDevicePrimaryCtxRelease_v2(int device) {
        retained--;
        return 0;
    }

    int cuCtxPushCurrent_v2(long context) {
        if (context != 0x55 || reported != 0) {
            return context == 0x55 ? reported : INVALID_CONTEXT;
        }
        contexts.computeIfAbsent(Thread.currentThread(), _ -> new ArrayDeque<>())
                .addLast(context);
        return 0;
    }

    int cuCtxPopCurrent_v2(MemorySegment out) {
        if (lacksContext()) {
            return INVALID_CONTEXT;
        }
        long own = contexts.get(Thread.currentThread()).removeLast();
        put(out, strange == 0 ? own : strange);
        strange = 0;
        return 0;
    }

    int cuModuleLoadDataEx(
            MemorySegment out, MemorySegment image, int count, MemorySegment keys, MemorySegment values) {
        if (lacksContext()) {
            return INVALID_CONTEXT;
        }
        String text = image.reinterpret(TEXT).getString(0);
        Map<Integer, Long> options = new HashMap<>();
        for (int i = 0; i < count; i++) {
            options.put(
                    keys.reinterpret(4L * count).getAtIndex(ValueLayout.JAVA_INT, i),
                    values.reinterpret(8L * count).getAtIndex(ValueLayout.JAVA_LONG, i));
        }
        boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(text);
        if (!ascii || !text.contains(".version")) {
            log(options, 5, 6, "ptxas fatal: line 1: no .version");
            return INVALID_PTX;
        }
        log(options, 3, 4, "Used 8 registers");
        List<StubEntry> found = new ArrayList<>();
        for (Matcher matcher = ENTRY.matcher(text); matcher.find(); ) {
            found.add(new StubEntry(matcher.group(1), matcher.group(2).split("\\.param", -1).length - 1));
        }
        modules.put(next, found);
        return make(out, "module");
    }

    private static void log(Map<Integer, Long> options, int buffer, int size, String text) {
        MemorySegment.ofAddress(options.get(buffer))
                .reinterpret(options.get(size))
                .setString(0, text);
    }

    int cuModuleUnload(long module) {
        return drop(module, "module");
    }

    int cuModuleGetFunction(MemorySegment out, long module, MemorySegment name) {
        String wanted = name.reinterpret(TEXT).getString(0);
        Optional<StubEntry> found = modules.getOrDefault(module, List.of()).stream()
                .filter(entry -> entry.name().equals(wanted))
                .findFirst();
        found.ifPresent(entry -> {
            entries.put(next, entry);
            put(out, next++);
        });
        return found.isPresent() ? 0 : NOT_FOUND;
    }

    int cuFuncSetAttribute(long function, int attribute, int value) {
        attributes.put(attribute, value);
        return entries.containsKey(function) ? 0 : INVALID_VALUE;
    }

    int cuFuncGetAttribute(MemorySegment out, int attribute, long function) {
        putInt(out, attribute * 10);
        return entries.containsKey(function) ? 0 : INVALID_VALUE;
    }

    int cuLaunchKernel(
            long function,
            int gridX,
            int gridY,
            int gridZ,
            int blockX,
            int blockY,
            int blockZ,
            int shared,
            long stream,
            MemorySegment parameters,
            MemorySegment extra) {
        StubEntry entry = entries.get(function);
        boolean shaped =
                gridX > 0 && gridY == 1 && gridZ == 1 && blockX > 0 && blockX <= 1024 && blockY == 1 && blockZ == 1;
        if (lacksContext() || entry == null || !shaped || !is(stream, "stream") || extra.address() != 0) {
            return INVALID_VALUE;
        }
        List<Long> arguments = new ArrayList<>();
        MemorySegment places = parameters.reinterpret(8L * entry.parameters());
        for (int i = 0; i < entry.parameters(); i++) {
            MemorySegment place = places.getAtIndex(ValueLayout.ADDRESS, i).reinterpret(Long.BYTES);
            arguments.add(place.get(ValueLayout.JAVA_LONG, 0));
        }
        Launch launch = new Launch(entry.name(), gridX, blockX, shared, arguments);
        launches.add(launch);
        sticky = body.run(launch);
        return 0;
    }

    int cuStreamCreate(MemorySegment out, int flags) {
        return lacksContext() || flags != 1 ? INVALID_CONTEXT : make(out, "stream");
    }

    int cuStreamDestroy_v2(long stream) {
        return drop(stream, "stream");
    }

    int cuStreamSynchronize(long stream) {
        return is(stream, "stream") && !lacksContext() ? report() : INVALID_VALUE;
    }

    int cuEventCreate(MemorySegment out, int flags) {
        return lacksContext() ? INVALID_CONTEXT : make(out, "event");
    }

    int cuEventDestroy_v2(long event) {
        return drop(event, "event");
    }

    int cuEventRecord(long event, long stream) {
        return is(event, "event") && is(stream, "stream") ? 0 : INVALID_VALUE;
    }

    int cuEventSynchronize(long event) {
        return is(event, "event") ? report() : INVALID_VALUE;
    }

    int cuEventElapsedTime(MemorySegment out, long start, long end) {
        out.reinterpret(Float.BYTES).set(ValueLayout.JAVA_FLOAT, 0, end - start);
        return is(start, "event") && is(end, "event") ? 0 : INVALID_VALUE;
    }

    int cuMemGetInfo_v2(MemorySegment free, MemorySegment total) {
        put(free, MEMORY / 2);
        put(total, MEMORY);
        return 0;
    }

    int cuMemAllocAsync(MemorySegment out, long bytes, long stream) {
        if (lacksContext() || !is(stream, "stream") || bytes <= 0 || !pools) {
            return INVALID_VALUE;
        }
        return bytes > MEMORY ? OUT_OF_MEMORY : take(out, bytes);
    }

    int cuMemAlloc_v2(MemorySegment out, long bytes) {
        return lacksContext() || bytes <= 0 ? INVALID_VALUE : bytes > MEMORY ? OUT_OF_MEMORY : take(out, bytes);
    }

    int cuMemFree_v2(long address) {
        return lacksContext() ? INVALID_CONTEXT : giveBack(address);
    }

    private int take(MemorySegment out, long bytes) {
        Arena arena = Arena.ofShared();
        long address = arena.allocate(bytes, 256).address();
        memory.put(address, arena);
        put(out, address);
        return 0;
    }

    private int giveBack(long address) {
        Arena arena = memory.remove(address);
        if (arena == null) {
            return INVALID_VALUE;
        }
        arena.close();
        return 0;
    }

    int cuMemFreeAsync(long address, long stream) {
        return is(stream, "stream") && pools ? giveBack(address) : INVALID_VALUE;
    }

    int cuMemHostAlloc(MemorySegment out, long bytes, int flags) {
        return bytes > MEMORY ? OUT_OF_MEMORY : take(out, bytes);
    }

    int cuMemFreeHost(MemorySegment memoryOfHost) {
        return giveBack(memoryOfHost.address());
    }

    int cuMemcpyHtoDAsync_v2(long target, MemorySegment source, long bytes, long stream) {
        return copy(source, MemorySegment.ofAddress(target), bytes, stream);
    }

    int cuMemcpyDtoHAsync_v2(MemorySegment target, long source, long bytes, long stream) {
        return copy(MemorySegment.ofAddress(source), target, bytes, stream);
    }

    int cuMemcpyDtoDAsync_v2(long target, long source, long bytes, long stream) {
        return copy(MemorySegment.ofAddress(source), MemorySegment.ofAddress(target), bytes, stream);
    }

    private int copy(MemorySegment source, MemorySegment target, long bytes, long stream) {
        if (lacksContext() || !is(stream, "stream")) {
            return INVALID_VALUE;
        }
        target.reinterpret(bytes).copyFrom(source.reinterpret(bytes));
        return report();
    }

    int cuMemsetD8Async(long target, byte value, long bytes, long stream) {
        MemorySegment.ofAddress(target).reinterpret(bytes).fill(value);
        return is(stream, "stream") ? 0 : INVALID_VALUE;
    }
}
