package dev.quern.onnx.proto;

import java.util.List;
import java.util.Objects;

/**
 * A graph ({@code GraphProto}): a model's own, or the body of a control-flow node, which may use the names of the
 * graphs around it.
 *
 * @param name for messages; may be empty
 * @param nodes the operations, in the file's order
 * @param initializers constants by name
 * @param sparseInitializers constants given by their nonzero elements
 * @param inputs given from outside; before IR version 4 these include the initializers
 * @param outputs handed back
 * @param valueInfos types that the exporter states for values in between
 */
public record OnnxGraph(
        String name,
        List<OnnxNode> nodes,
        List<OnnxTensor> initializers,
        List<OnnxSparseTensor> sparseInitializers,
        List<OnnxValueInfo> inputs,
        List<OnnxValueInfo> outputs,
        List<OnnxValueInfo> valueInfos) {
    public OnnxGraph {
        Objects.requireNonNull(name);
        nodes = List.copyOf(nodes);
        initializers = List.copyOf(initializers);
        sparseInitializers = List.copyOf(sparseInitializers);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        valueInfos = List.copyOf(valueInfos);
    }
}
