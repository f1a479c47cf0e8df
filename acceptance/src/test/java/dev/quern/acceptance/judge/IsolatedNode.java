package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A node as a model of its own: what it uses, in the graphs inside it too, is constant, or given where that is asked for. */
final class IsolatedNode {
    private IsolatedNode() {}

    /** The node of {@code model} alone, on {@code values}, of which those of {@code inputs} are given. */
    static OnnxModel of(OnnxModel model, OnnxNode node, Map<String, Tensor> values, Set<String> inputs) {
        List<OnnxTensor> constants = RunnableOrder.mentioned(node).stream()
                .filter(values::containsKey)
                .filter(name -> !inputs.contains(name))
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
                "node",
                List.of(node),
                constants,
                model.graph().sparseInitializers(),
                inputs.stream().map(name -> input(name, values.get(name))).toList(),
                outputs,
                List.of());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), graph, model.functions(), model.metadata());
    }

    private static OnnxValueInfo input(String name, Tensor tensor) {
        Object[] extents = Arrays.stream(tensor.shape()).boxed().toArray();
        return new OnnxValueInfo(name, Optional.of(OnnxBuilder.tensorType(tensor.dtype(), extents)));
    }

    /** The operands of f16 that another node of {@code model} made. */
    static Set<String> halves(OnnxModel model, OnnxNode node, Map<String, Tensor> values) {
        Set<String> made = model.graph().nodes().stream()
                .flatMap(each -> each.outputs().stream())
                .collect(Collectors.toSet());
        return RunnableOrder.mentioned(node).stream()
                .filter(made::contains)
                .filter(name -> values.get(name) != null && values.get(name).dtype() == DType.F16)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
