package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Spells sparse constants out. */
final class SparseTensors {
    /** Larger ones are in native memory. */
    private static final long HEAP_BYTES = 1 << 20;

    private SparseTensors() {}

    /**
     * All elements of {@code sparse}.
     *
     * @throws ModelException if they do not fit {@code most} bytes, or the indices do not fit them
     */
    static OnnxTensor dense(OnnxSparseTensor sparse, long most) {
        String name = sparse.values().name();
        Tensor values = sparse.values().data();
        Tensor indices = sparse.indices().data();
        DType dtype = values.dtype();
        long[] shape = sparse.shape().stream().mapToLong(Long::longValue).toArray();
        long elements = Tensor.count(shape);
        if (dtype.bits() < 8) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    name,
                    "sparse constant of " + dtype
                            + ": expected elements of whole bytes; export the model with dense ones");
        }
        int width = dtype.bits() / 8;
        if (elements > most / width) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    name,
                    "sparse constant of " + elements + " elements of " + dtype + ": expected at most " + most
                            + " bytes for all that are left; export the model with dense ones");
        }
        long size = elements * width;
        MemorySegment target =
                size > HEAP_BYTES ? Arena.ofAuto().allocate(size, 64) : MemorySegment.ofArray(new byte[(int) size]);
        boolean flat = indices.rank() == 1;
        int rank = flat ? 1 : shape.length;
        if (indices.dtype() != DType.I64 || indices.elements() != values.elements() * rank) {
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    name,
                    "indices: expected i64 of " + values.elements() + " positions, found " + indices);
        }
        long[] positions = indices.toLongArray();
        for (int i = 0; i < values.elements(); i++) {
            long at = flat ? positions[i] : rowMajor(positions, i * rank, shape);
            if (at < 0 || at >= elements) {
                throw new ModelException(
                        ModelException.Code.INVALID_MODEL,
                        name,
                        "index: expected 0 to " + (elements - 1) + ", found " + at);
            }
            MemorySegment.copy(values.segment(), (long) i * width, target, at * width, width);
        }
        return new OnnxTensor(name, Tensor.of(target, dtype, shape));
    }

    private static long rowMajor(long[] positions, int from, long[] shape) {
        long at = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            long index = positions[from + axis];
            if (index < 0 || index >= shape[axis]) {
                return -1;
            }
            at = at * shape[axis] + index;
        }
        return at;
    }
}
