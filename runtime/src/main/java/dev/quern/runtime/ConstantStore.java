package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.graph.TensorView;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ConstantData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The constants of a model, laid out as its kernels read them. Programs specialised from one model share what they have in
 * common; what only one has goes with it. Native memory belongs to the store and is freed at the latest when it is closed.
 */
final class ConstantStore implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    /** One literal, held in one way. */
    private record Key(Tensor literal, Optional<ConstantData.Packing> packing, Buffer.Storage storage) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && key.literal == literal
                    && key.packing.equals(packing)
                    && key.storage == storage;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(literal) + packing.hashCode();
        }
    }

    /** A constant, and what is the store's own of it: bytes, and native memory or null. */
    record Placed(HeldConstant constant, long bytes, Arena memory) {}

    private final LeasedValues<Key, Placed> held = new LeasedValues<>(0, this::discard);
    private final Set<Arena> arenas = Collections.newSetFromMap(new ConcurrentHashMap<>());
    private final AtomicLong ownBytes = new AtomicLong();
    private final DeviceConstants onDevice = new DeviceConstants();

    private final ResidentPool pool;
    private final int threads;
    private final Supplier<Arena> memory;

    /**
     * Empty.
     *
     * @param pool threads that help to pack
     * @param threads that pack at most, the caller's included
     */
    ConstantStore(ResidentPool pool, int threads) {
        this(pool, threads, Arena::ofShared);
    }

    /** The same, native memory of each constant being of an arena that {@code memory} makes. */
    ConstantStore(ResidentPool pool, int threads, Supplier<Arena> memory) {
        this.pool = pool;
        this.threads = threads;
        this.memory = memory;
    }

    /**
     * Constants as they are asked for.
     *
     * @param name what each is called, for messages
     * @param check called before each and while another thread lays it out, by any thread; what it throws ends this
     */
    List<LeasedValues.Lease<Placed>> lease(
            List<ConstantData> constants, Function<ConstantData, String> name, Runnable check) {
        AlignedArrays arrays = new AlignedArrays(ArrayAlignment.ofThisJvm());
        Set<Key> made = new HashSet<>(held.values().keySet());
        for (ConstantData data : constants) {
            Key key = key(data);
            if (isCopied(data) && made.add(key)) {
                arrays.expect(dtype(data), elements(data));
            }
        }
        return LeasedValues.all(
                constants.size(),
                i -> {
                    check.run();
                    ConstantData data = constants.get(i);
                    return held.lease(key(data), () -> place(name.apply(data), data, arrays), check);
                },
                pool,
                threads);
    }

    private static Key key(ConstantData data) {
        Optional<ConstantData.Packing> packing = data.packing().map(wanted -> ofSource(data, wanted));
        return new Key(packing.isPresent() ? source(data) : data.literal().tensor(), packing, data.storage());
    }

    /** What a packed constant is read from: what its literal is a view of, if it is one. */
    private static Tensor source(ConstantData data) {
        return isThroughView(data) ? view(data).source() : data.literal().tensor();
    }

    /** {@code packing} in terms of {@link #source}. */
    private static ConstantData.Packing ofSource(ConstantData data, ConstantData.Packing packing) {
        return isThroughView(data)
                ? new ConstantData.Packing(packing.extents(), view(data).strides(), 0, packing.layout())
                : packing;
    }

    private static TensorView view(ConstantData data) {
        return data.literal().view().orElseThrow();
    }

    /** Whether a view's strides can stand for those that a packing has in the literal: where that packs the literal as it is. */
    private static boolean isThroughView(ConstantData data) {
        return data.literal().view().isPresent()
                && data.packing()
                        .filter(packing -> packing.offset() == 0
                                && packing.extents().equals(view(data).shape())
                                && packing.strides().equals(rowMajor(packing.extents())))
                        .isPresent();
    }

    private static List<Long> rowMajor(List<Long> extents) {
        Long[] strides = new Long[extents.size()];
        long stride = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= extents.get(axis);
        }
        return List.of(strides);
    }

    private static DType dtype(ConstantData data) {
        return data.literal().dtype();
    }

    /** Elements that {@code data} takes as it is laid out. */
    private static long elements(ConstantData data) {
        return data.packing()
                .map(packing -> packing.layout().span().constant())
                .orElseGet(() -> data.literal().elements());
    }

    /** Whether it becomes a Java array of the store's own. */
    private static boolean isCopied(ConstantData data) {
        return data.storage() == Buffer.Storage.ARRAY
                && dtype(data) != DType.STRING
                && (data.packing().isPresent()
                        || !ArrayMemory.isIn(data.literal().tensor(), ArrayKind.of(dtype(data))));
    }

    private void discard(Placed placed) {
        GiveBack.all(() -> onDevice.forget(placed.constant()), () -> discardOwn(placed));
    }

    private void discardOwn(Placed placed) {
        ownBytes.addAndGet(-placed.bytes());
        if (placed.memory() != null && arenas.remove(placed.memory())) {
            placed.memory().close();
        }
    }

    /** The constants that kernels on a device read. */
    DeviceConstants onDevice() {
        return onDevice;
    }

    /** Bytes of constants held beside the model file. Small ones that were made together share arrays, which go with the last of them. */
    long ownBytes() {
        return ownBytes.get();
    }

    private Placed place(String name, ConstantData data, AlignedArrays arrays) {
        DType dtype = dtype(data);
        if (dtype == DType.STRING) {
            return lent(null, 0, data);
        }
        if (data.packing().isPresent()) {
            ConstantPacker packer =
                    new ConstantPacker(ofSource(data, data.packing().get()), dtype);
            MemorySegment source = source(data).segment();
            Consumer<MemorySegment> pack = target -> {
                packer.pack(source, target);
                letGo(source);
            };
            return switch (data.storage()) {
                case ARRAY -> inArray(name, data, arrays, pack);
                case SEGMENT -> inSegment(name, data, pack);
            };
        }
        Tensor tensor = data.literal().tensor();
        MemorySegment elements = tensor.segment();
        Consumer<MemorySegment> copy = target -> MemorySegment.copy(elements, 0, target, 0, elements.byteSize());
        return switch (data.storage()) {
            case ARRAY ->
                isCopied(data)
                        ? inArray(name, data, arrays, copy)
                        : lent(tensor.heapBase().orElseThrow(), ArrayMemory.firstElement(tensor), data);
            case SEGMENT -> isReadable(elements, dtype) ? lent(elements, 0, data) : inSegment(name, data, copy);
        };
    }

    /** Takes a part of a mapped file from the process's memory again; it is read from the file where it is asked for after all. */
    private static void letGo(MemorySegment source) {
        if (source.isMapped()) {
            source.unload();
        }
    }

    private static boolean isReadable(MemorySegment literal, DType dtype) {
        return literal.isNative() && literal.address() % ArrayKind.of(dtype).bytes() == 0;
    }

    private static Placed lent(Object base, long offset, ConstantData data) {
        return new Placed(new HeldConstant(base, offset, data.literal()), 0, null);
    }

    private Placed inArray(String name, ConstantData data, AlignedArrays arrays, Consumer<MemorySegment> fill) {
        AlignedArrays.LinePlace place = arrays.allocate(dtype(data), elements(data), owner(name));
        fill.accept(ArrayKind.slice(place.array(), dtype(data), place.first(), elements(data)));
        return own(place.array(), place.first(), data, null);
    }

    private Placed inSegment(String name, ConstantData data, Consumer<MemorySegment> fill) {
        Arena arena = memory.get();
        MemorySegment filled =
                filled(arena, owner(name), Math.max(1, dtype(data).byteSize(elements(data))), fill);
        arenas.add(arena);
        return own(filled, 0, data, arena);
    }

    private Placed own(Object base, long first, ConstantData data, Arena memory) {
        long bytes = dtype(data).byteSize(elements(data));
        ownBytes.addAndGet(bytes);
        return new Placed(new HeldConstant(base, first, data.literal()), bytes, memory);
    }

    private static String owner(String name) {
        return "constant '" + name + "'";
    }

    /** Memory of {@code arena} that {@code fill} has filled; the arena is closed if that fails. */
    static MemorySegment filled(Arena arena, String owner, long bytes, Consumer<MemorySegment> fill) {
        try {
            MemorySegment memory = nativeMemory(arena, owner, bytes);
            fill.accept(memory);
            return memory;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, arena::close);
            throw failure;
        }
    }

    private static MemorySegment nativeMemory(Arena arena, String owner, long bytes) {
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError full) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    owner,
                    bytes + " bytes of native memory could not be had; give the process more memory",
                    full);
        }
    }

    @Override
    public void close() {
        List<Runnable> steps = new ArrayList<>();
        steps.add(onDevice::close);
        for (Arena arena : arenas) {
            if (arenas.remove(arena)) {
                steps.add(arena::close);
            }
        }
        GiveBack.all(steps);
    }
}
