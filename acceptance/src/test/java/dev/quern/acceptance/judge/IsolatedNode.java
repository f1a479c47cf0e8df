package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node as a model of its own: what it uses, in the graphs inside it too, is constant. */
final class IsolatedNode {
    private IsolatedNode() {}

    /** The node of {@code model} alone, on {@code values}. */
    static OnnxModel of(OnnxModel model, OnnxNode node, Map<String, Tensor> values) {
        List<OnnxTensor> constants = RunnableOrder.mentioned(node).stream()
                .filter(values::containsKey)
                .filter(name -> !node.outputs().contains(name))
                .sorted()
                .map(name -> new OnnxTensor(name, values.get(name)))
                .toList();
        List<OnnxValueInfo> outputs = new ArrayList<>();
        for (String result : node.outputs()) {
            if (!result.isEmpty()) {
                outputs.add(new OnnxValueInfo(result, Optional.empty()));
            }
        }
        OnnxGraph graph = new OnnxGraph(
                "node", List.of(node), constants, model.graph().sparseInitializers(), List.of(), outputs, List.of());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), graph, model.functions(), model.metadata());
    }
}
