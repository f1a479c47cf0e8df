package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ConstantData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The constants of a model, laid out as its kernels read them. Programs specialised from one model share what they have in
 * common. Native memory belongs to the store and is freed when it is closed.
 */
final class ConstantStore implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private record Held(ConstantData data, HeldConstant constant) {}

    private final Arena arena = Arena.ofShared();
    private final Map<Tensor, List<Held>> held = new IdentityHashMap<>();
    private final DeviceConstants onDevice = new DeviceConstants();
    private long ownBytes;

    /** The constant {@code name} as {@code data} asks for it. */
    synchronized HeldConstant hold(String name, ConstantData data) {
        Tensor tensor = data.literal().tensor();
        List<Held> known = held.computeIfAbsent(tensor, key -> new ArrayList<>());
        for (Held candidate : known) {
            if (candidate.data().packing().equals(data.packing())
                    && candidate.data().storage() == data.storage()) {
                return candidate.constant();
            }
        }
        HeldConstant constant = place(name, data, tensor);
        known.add(new Held(data, constant));
        return constant;
    }

    /** The constants that kernels on a device read. */
    DeviceConstants onDevice() {
        return onDevice;
    }

    /** Bytes held beside the model file. */
    synchronized long ownBytes() {
        return ownBytes;
    }

    private HeldConstant place(String name, ConstantData data, Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return new HeldConstant(null, 0, tensor);
        }
        if (data.packing().isPresent()) {
            ConstantData.Packing packing = data.packing().get();
            long span = packing.layout().span().constant();
            Object target = allocate(name, tensor.dtype(), span, data.storage());
            new ConstantPacker(packing, tensor.dtype()).pack(tensor.segment(), ArrayKind.segment(target));
            return new HeldConstant(target, 0, tensor);
        }
        return switch (data.storage()) {
            case ARRAY -> inArray(name, tensor);
            case SEGMENT -> inSegment(name, tensor);
        };
    }

    private HeldConstant inArray(String name, Tensor tensor) {
        ArrayKind kind = ArrayKind.of(tensor.dtype());
        if (ArrayMemory.isIn(tensor, kind)) {
            return new HeldConstant(tensor.heapBase().orElseThrow(), ArrayMemory.firstElement(tensor), tensor);
        }
        Object array = allocate(name, tensor.dtype(), tensor.elements(), Buffer.Storage.ARRAY);
        ArrayKind.slice(array, tensor.dtype(), 0, tensor.elements()).copyFrom(tensor.segment());
        return new HeldConstant(array, 0, tensor);
    }

    private HeldConstant inSegment(String name, Tensor tensor) {
        MemorySegment segment = tensor.segment();
        boolean aligned = segment.address() % ArrayKind.of(tensor.dtype()).bytes() == 0;
        if (segment.isNative() && aligned) {
            return new HeldConstant(segment, 0, tensor);
        }
        MemorySegment copy = (MemorySegment) allocate(name, tensor.dtype(), tensor.elements(), Buffer.Storage.SEGMENT);
        MemorySegment.copy(segment, 0, copy, 0, segment.byteSize());
        return new HeldConstant(copy, 0, tensor);
    }

    private Object allocate(String name, DType dtype, long elements, Buffer.Storage storage) {
        ownBytes += dtype.byteSize(elements);
        return switch (storage) {
            case ARRAY -> ArrayKind.allocate(dtype, elements, "constant '" + name + "'");
            case SEGMENT -> nativeMemory(name, Math.max(1, dtype.byteSize(elements)));
        };
    }

    private MemorySegment nativeMemory(String name, long bytes) {
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError full) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "constant '" + name + "'",
                    bytes + " bytes of native memory could not be had; give the process more memory",
                    full);
        }
    }

    @Override
    public void close() {
        onDevice.close();
        arena.close();
    }
}
