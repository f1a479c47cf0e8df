package dev.quern.onnx.proto;

import java.util.List;
import java.util.Objects;

/**
 * A constant given by its nonzero elements ({@code SparseTensorProto}).
 *
 * @param values the nonzero elements, one axis of N; its name is the tensor's
 * @param indices i64 of [N] (row-major positions) or [N, rank] (coordinates)
 * @param shape the dense shape
 */
public record OnnxSparseTensor(OnnxTensor values, OnnxTensor indices, List<Long> shape) {
    public OnnxSparseTensor {
        Objects.requireNonNull(values);
        Objects.requireNonNull(indices);
        shape = List.copyOf(shape);
    }
}
