package dev.quern.onnx.proto;

import dev.quern.Tensor;
import java.util.Objects;

/**
 * A named constant ({@code TensorProto}). The elements lie in the mapped file, in a mapped file of external data, or in
 * memory of the {@link OnnxFile}, and live as long as that.
 *
 * @param name may be empty
 * @param data element type, shape, elements
 */
public record OnnxTensor(String name, Tensor data) {
    public OnnxTensor {
        Objects.requireNonNull(name);
        Objects.requireNonNull(data);
    }
}
