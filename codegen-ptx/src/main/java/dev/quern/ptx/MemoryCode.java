package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.MemorySpace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads and stores. Global buffers are addresses; an allocation is memory that the threads of a block share where several of them touch it; of the others, a register
 * buffer whose elements are all named by constants is so many registers, and the rest is memory of the thread.
 */
final class MemoryCode {
    private static final long ALIGNMENT = 16;

    private final PtxCode code;
    private final DimCode dims;
    private final CastCode casts;
    private final Map<String, DevicePlace> places = new HashMap<>();
    private final Deque<LoadScope> scopes = new ArrayDeque<>();
    private Dim thread;
    private DimRanges ranges = DimRanges.NONE;
    private int memories;
    private String dynamic = "";
    private long dynamicBytes;

    /** Where a buffer is. */
    private sealed interface DevicePlace {
        Buffer buffer();
    }

    /** Behind an address, in a space of the device. */
    private record Addressed(Buffer buffer, String space, String base) implements DevicePlace {}

    /** An element each; {@code stride} times the thread's number beyond what its constants name. */
    private record Registers(Buffer buffer, long stride, Map<Long, String> elements) implements DevicePlace {}

    /** What was loaded in a scope, by address. */
    private record LoadScope(boolean repeats, Map<LoadedElement, String> loaded) {}

    /** A {@code part} of what was loaded together. */
    private record LoadedElement(String buffer, Dim address, int part) {}

    MemoryCode(PtxCode code, DimCode dims) {
        this.code = code;
        this.dims = dims;
        this.casts = new CastCode(code);
        open(true);
    }

    /** From here on, until {@link #close}, code may not run, or, if it {@code repeats}, run again. */
    void open(boolean repeats) {
        scopes.push(new LoadScope(repeats, new HashMap<>()));
    }

    void close() {
        scopes.pop();
    }

    /** Other threads may have written since. */
    void forget() {
        scopes.forEach(scope -> scope.loaded().clear());
    }

    /** The number of the thread that runs what follows, over the variables of loops; null where all threads run it. */
    void thread(Dim number) {
        thread = number;
    }

    /** What is known of the variables of loops around what follows. */
    void ranges(DimRanges known) {
        ranges = known;
    }

    /** Shared memory from here on lies in what the launch asks for, whose name is {@code name}. */
    void shareDynamically(String name) {
        dynamic = name;
    }

    /** A parameter whose address the entry is given. */
    void parameter(Buffer buffer, String argument) {
        String address = code.into(RegisterClass.LONG, "ld.param.u64", "[" + argument + "]");
        places.put(
                buffer.name(),
                new Addressed(buffer, "global", code.into(RegisterClass.LONG, "cvta.to.global.u64", address)));
    }

    /**
     * An allocation.
     *
     * @param named whether constants name all elements that are touched
     * @param isShared whether several threads touch it
     */
    void allocate(Buffer buffer, boolean named, boolean isShared) {
        if (named && !isShared && buffer.space() == MemorySpace.REGISTER) {
            places.put(buffer.name(), new Registers(buffer, 0, new HashMap<>()));
            return;
        }
        long elements = buffer.layout()
                .span()
                .asConstant()
                .orElseThrow(() -> PtxRefusal.because(
                        "memory of a thread of " + buffer.layout().span() + " elements, " + buffer.name()));
        long size = elements * bytes(buffer.dtype());
        String space = isShared ? "shared" : "local";
        String name = isShared ? shared(size) : code.memory(space, "memory" + memories++, size);
        places.put(buffer.name(), new Addressed(buffer, space, code.into(RegisterClass.LONG, "mov.u64", name)));
    }

    private String shared(long size) {
        if (dynamic.isEmpty()) {
            return code.memory("shared", "memory" + memories++, size);
        }
        String name = dynamic + "+" + dynamicBytes;
        dynamicBytes += Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
        return name;
    }

    /** Bytes of a buffer of constant size, rounded up to where the next may begin. */
    static long sharedBytes(Buffer buffer) {
        // As many are refused, and their bytes, times a pipeline's stages, are no overflow.
        long elements =
                Math.min(Integer.MAX_VALUE, buffer.layout().span().asConstant().orElse(Integer.MAX_VALUE));
        return Math.ceilDiv(elements * bytes(buffer.dtype()), ALIGNMENT) * ALIGNMENT;
    }

    /** A shared allocation that there is {@code stages} times; the register with the first one's address. */
    String allocateStages(Buffer buffer, int stages) {
        String first = code.into(RegisterClass.LONG, "mov.u64", shared(sharedBytes(buffer) * stages));
        places.put(buffer.name(), new Addressed(buffer, "shared", first));
        return first;
    }

    /** From here on {@code name} is copy number {@code stage}, a register, of {@code buffer}, whose copies begin at {@code first}. */
    void stage(Buffer buffer, String name, String first, String stage) {
        String bytes = Long.toString(sharedBytes(buffer));
        String base = code.into(RegisterClass.LONG, "mad.lo.s64", stage, bytes, first);
        places.put(name, new Addressed(buffer, "shared", base));
    }

    /** An allocation of which each thread has elements of its own, {@code stride} apart. */
    void allocateApart(Buffer buffer, long stride) {
        places.put(buffer.name(), new Registers(buffer, stride, new HashMap<>()));
    }

    private static int bytes(DType dtype) {
        RegisterClass.of(dtype);
        return dtype.bits() / 8;
    }

    String load(String name, List<Dim> indices) {
        return switch (places.get(name)) {
            case Registers place -> element(place, indices);
            case Addressed place -> {
                LoadedElement element =
                        new LoadedElement(name, place.buffer().layout().address(indices), 0);
                String known = loaded(element);
                if (known == null) {
                    known = load(place, "[" + address(place, element.address()) + "]");
                    scopes.peek().loaded().put(element, known);
                }
                yield known;
            }
        };
    }

    /** The register that holds an element that was loaded before, in code that has run whenever this runs; null if there is none. */
    private String loaded(LoadedElement element) {
        for (LoadScope scope : scopes) {
            String register = scope.loaded().get(element);
            if (register != null || scope.repeats()) {
                return register;
            }
        }
        return null;
    }

    void store(String name, List<Dim> indices, String value) {
        switch (places.get(name)) {
            case Registers place -> {
                RegisterClass kind = RegisterClass.of(place.buffer().dtype());
                code.line("mov." + kind.declared(), element(place, indices), value);
            }
            case Addressed place -> {
                forget(name);
                store(place, "[" + address(place, place.buffer().layout().address(indices)) + "]", value);
            }
        }
    }

    /** The registers that hold what was {@linkplain #keep kept}; none if that is not known. */
    List<String> loadedTogether(String name, Dim address, int parts) {
        List<String> registers = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            String register = loaded(new LoadedElement(name, address, part));
            if (register == null) {
                return List.of();
            }
            registers.add(register);
        }
        return registers;
    }

    /** {@code registers} hold what lies at {@code address}, until it is written. */
    void keep(String name, Dim address, List<String> registers) {
        for (int part = 0; part < registers.size(); part++) {
            scopes.peek().loaded().put(new LoadedElement(name, address, part), registers.get(part));
        }
    }

    /** What is loaded from the buffer's memory is not known any more. */
    void forget(String name) {
        scopes.forEach(scope ->
                scope.loaded().keySet().removeIf(element -> element.buffer().equals(name)));
    }

    /** The registers of {@code count} elements from {@code address} on, for the first lane of a warp; other lanes' follow. */
    List<String> run(String name, Dim address, int count) {
        if (!(places.get(name) instanceof Registers place)) {
            throw PtxRefusal.because("a matrix product added to " + name + ", which lanes do not hold as it takes it");
        }
        List<String> registers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            registers.add(element(place, address.plus(i)));
        }
        return registers;
    }

    /** The address in brackets of the element {@code element} of a buffer that lies in memory. */
    String at(String name, Dim element) {
        return "[" + address((Addressed) places.get(name), element) + "]";
    }

    /** The space that a buffer lies in, such as {@code shared}; empty for registers. */
    String space(String name) {
        return places.get(name) instanceof Addressed(Buffer _, String space, String _) ? space : "";
    }

    /** The register with the address of the first element of a buffer that lies in memory. */
    String base(String name) {
        return ((Addressed) places.get(name)).base();
    }

    /** The buffer called {@code name}. */
    Buffer buffer(String name) {
        return places.get(name).buffer();
    }

    /** Whether other threads see what is stored. */
    boolean isSeenByOthers(String name) {
        return places.get(name) instanceof Addressed(Buffer buffer, String space, String base)
                && !space.equals("local");
    }

    /** The type of a buffer's elements. */
    DType dtype(String name) {
        return places.get(name).buffer().dtype();
    }

    private String element(Registers place, List<Dim> indices) {
        return element(place, place.buffer().layout().address(indices));
    }

    private String element(Registers place, Dim address) {
        Dim own = ranges.simplify(place.stride() == 0 ? address : address.minus(thread.times(place.stride())));
        return place.elements()
                .computeIfAbsent(
                        own.constant(),
                        constant ->
                                code.register(RegisterClass.of(place.buffer().dtype())));
    }

    private String address(Addressed place, Dim element) {
        Layout layout = place.buffer().layout();
        int bytes = bytes(place.buffer().dtype());
        if (layout.swizzle().isEmpty()) {
            Dim offset = element.times(bytes);
            long constant = offset.terms().stream()
                    .filter(term -> term.atoms().isEmpty())
                    .mapToLong(Dim.Term::coefficient)
                    .sum();
            boolean fits = constant > Integer.MIN_VALUE && constant < Integer.MAX_VALUE;
            Dim varying = fits ? offset.minus(constant) : offset;
            String base = varying.is(0)
                    ? place.base()
                    : code.into(RegisterClass.LONG, "add.s64", place.base(), dims.register(varying));
            return fits && constant != 0 ? base + "+" + constant : base;
        }
        // What is a multiple of the bits that the swizzle reads and changes, it does not touch.
        Layout.Swizzle swizzle = layout.swizzle().get();
        long untouched = 1L << swizzle.base() + swizzle.shift() + swizzle.bits();
        long constant = element.terms().stream()
                .filter(term -> term.atoms().isEmpty())
                .mapToLong(Dim.Term::coefficient)
                .sum();
        long kept = Math.floorDiv(constant, untouched) * untouched;
        boolean fits = Math.abs(kept) < Integer.MAX_VALUE / bytes;
        String offset = dims.swizzled(fits ? element.minus(kept) : element, swizzle, bytes);
        String base = code.into(RegisterClass.LONG, "add.s64", place.base(), offset);
        return fits && kept != 0 ? base + "+" + kept * bytes : base;
    }

    private String load(Addressed place, String address) {
        String load = "ld." + place.space();
        DType dtype = place.buffer().dtype();
        return switch (dtype) {
            case F16 -> casts.fromHalf(code.into(RegisterClass.HALF, load + ".b16", address));
            case BF16 -> casts.fromBrainBits(code.into(RegisterClass.WORD, load + ".u16", address));
            case I16, U16, I8, U8, I32, U32, I64, U64, BOOL, F32, F64 ->
                code.into(RegisterClass.of(dtype), load + stored(dtype), address);
            default -> throw PtxRefusal.because("elements of " + dtype);
        };
    }

    private void store(Addressed place, String address, String value) {
        String store = "st." + place.space();
        DType dtype = place.buffer().dtype();
        switch (dtype) {
            case F16 -> code.line(store + ".b16", address, casts.toHalf(value));
            case BF16 -> code.line(store + ".u16", address, casts.brainBits(value));
            case I16, U16, I8, U8, I32, U32, I64, U64, BOOL, F32, F64 ->
                code.line(store + stored(dtype), address, value);
            default -> throw PtxRefusal.because("elements of " + dtype);
        }
    }

    private static String stored(DType dtype) {
        return switch (dtype) {
            case BOOL -> ".u8";
            case I8, I16, I32, I64 -> ".s" + dtype.bits();
            case U8, U16, U32, U64 -> ".u" + dtype.bits();
            default -> ".f" + dtype.bits();
        };
    }
}
