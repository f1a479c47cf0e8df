package dev.quern.acceptance.judge;

import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model that shows what is inside it. */
final class AllValues {
    private AllValues() {}

    /** The model with every result of a node as an output. */
    static OnnxModel asOutputs(OnnxModel model) {
        OnnxGraph graph = model.graph();
        List<OnnxValueInfo> outputs = new ArrayList<>();
        for (OnnxNode node : graph.nodes()) {
            for (String result : node.outputs()) {
                if (!result.isEmpty()) {
                    outputs.add(new OnnxValueInfo(result, Optional.empty()));
                }
            }
        }
        OnnxGraph open = new OnnxGraph(
                graph.name(),
                graph.nodes(),
                graph.initializers(),
                graph.sparseInitializers(),
                graph.inputs(),
                outputs,
                List.of());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), open, model.functions(), model.metadata());
    }
}
