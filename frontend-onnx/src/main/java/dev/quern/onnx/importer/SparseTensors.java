package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import java.lang.foreign.MemorySegment;

/** Spells sparse constants out. */
final class SparseTensors {
    /** Elements of a dense tensor that a sparse one may come to. */
    private static final long MOST_ELEMENTS = 1L << 28;

    private SparseTensors() {}

    static OnnxTensor dense(OnnxSparseTensor sparse) {
        String name = sparse.values().name();
        Tensor values = sparse.values().data();
        Tensor indices = sparse.indices().data();
        DType dtype = values.dtype();
        long[] shape = sparse.shape().stream().mapToLong(Long::longValue).toArray();
        long elements = Tensor.count(shape);
        if (elements > MOST_ELEMENTS || dtype.bits() < 8) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    name,
                    "sparse constant of " + elements + " elements of " + dtype + ": expected at most " + MOST_ELEMENTS
                            + " elements of whole bytes");
        }
        int width = dtype.bits() / 8;
        byte[] bytes = new byte[Math.toIntExact(elements * width)];
        MemorySegment target = MemorySegment.ofArray(bytes);
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
