package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ConstantData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

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

    /**
     * Empty.
     *
     * @param pool threads that help to pack
     * @param threads that pack at most, the caller's included
     */
    ConstantStore(ResidentPool pool, int threads) {
        this.pool = pool;
        this.threads = threads;
    }

    /**
     * Constants as they are asked for.
     *
     * @param name what each is called, for messages
     */
    List<LeasedValues.Lease<Placed>> lease(List<ConstantData> constants, Function<ConstantData, String> name) {
        return LeasedValues.all(
                constants.size(), i -> lease(name.apply(constants.get(i)), constants.get(i)), pool, threads);
    }

    private LeasedValues.Lease<Placed> lease(String name, ConstantData data) {
        Tensor tensor = data.literal().tensor();
        return held.lease(new Key(tensor, data.packing(), data.storage()), () -> place(name, data, tensor), () -> {});
    }

    private void discard(Placed placed) {
        onDevice.forget(placed.constant());
        ownBytes.addAndGet(-placed.bytes());
        if (placed.memory() != null && arenas.remove(placed.memory())) {
            placed.memory().close();
        }
    }

    /** The constants that kernels on a device read. */
    DeviceConstants onDevice() {
        return onDevice;
    }

    /** Bytes held beside the model file. */
    long ownBytes() {
        return ownBytes.get();
    }

    private Placed place(String name, ConstantData data, Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return lent(null, 0, tensor);
        }
        if (data.packing().isPresent()) {
            ConstantData.Packing packing = data.packing().get();
            long span = packing.layout().span().constant();
            return filled(
                    name,
                    span,
                    data.storage(),
                    tensor,
                    target -> new ConstantPacker(packing, tensor.dtype()).pack(tensor.segment(), target));
        }
        return switch (data.storage()) {
            case ARRAY -> inArray(name, tensor);
            case SEGMENT -> inSegment(name, tensor);
        };
    }

    private static Placed lent(Object base, long offset, Tensor tensor) {
        return new Placed(new HeldConstant(base, offset, tensor), 0, null);
    }

    private Placed inArray(String name, Tensor tensor) {
        ArrayKind kind = ArrayKind.of(tensor.dtype());
        if (ArrayMemory.isIn(tensor, kind)) {
            return lent(tensor.heapBase().orElseThrow(), ArrayMemory.firstElement(tensor), tensor);
        }
        return filled(
                name,
                tensor.elements(),
                Buffer.Storage.ARRAY,
                tensor,
                array -> array.asSlice(0, tensor.segment().byteSize()).copyFrom(tensor.segment()));
    }

    private Placed inSegment(String name, Tensor tensor) {
        MemorySegment segment = tensor.segment();
        boolean aligned = segment.address() % ArrayKind.of(tensor.dtype()).bytes() == 0;
        if (segment.isNative() && aligned) {
            return lent(segment, 0, tensor);
        }
        return filled(
                name,
                tensor.elements(),
                Buffer.Storage.SEGMENT,
                tensor,
                copy -> MemorySegment.copy(segment, 0, copy, 0, segment.byteSize()));
    }

    /** Memory of the store's own for {@code elements}, filled by {@code fill}. */
    private Placed filled(
            String name, long elements, Buffer.Storage storage, Tensor tensor, Consumer<MemorySegment> fill) {
        DType dtype = tensor.dtype();
        long bytes = dtype.byteSize(elements);
        String owner = "constant '" + name + "'";
        Arena arena = storage == Buffer.Storage.SEGMENT ? Arena.ofShared() : null;
        Object base = arena == null
                ? ArrayKind.allocate(dtype, elements, owner)
                : nativeMemory(arena, owner, Math.max(1, bytes));
        fill.accept(ArrayKind.segment(base));
        if (arena != null) {
            arenas.add(arena);
        }
        ownBytes.addAndGet(bytes);
        return new Placed(new HeldConstant(base, 0, tensor), bytes, arena);
    }

    private static MemorySegment nativeMemory(Arena arena, String owner, long bytes) {
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError full) {
            arena.close();
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    owner,
                    bytes + " bytes of native memory could not be had; give the process more memory",
                    full);
        }
    }

    @Override
    public void close() {
        onDevice.close();
        for (Arena arena : arenas) {
            if (arenas.remove(arena)) {
                arena.close();
            }
        }
    }
}
