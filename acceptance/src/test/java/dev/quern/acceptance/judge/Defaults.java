package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Inputs with defaults: initialisers that are inputs too. */
final class Defaults {
    private Defaults() {}

    /** The model in which what such inputs are in one run are plain constants; the model itself where there are none. */
    static OnnxModel settled(OnnxModel model, Map<String, Tensor> given) {
        OnnxGraph graph = model.graph();
        Set<String> constants =
                graph.initializers().stream().map(OnnxTensor::name).collect(Collectors.toSet());
        if (graph.inputs().stream().noneMatch(input -> constants.contains(input.name()))) {
            return model;
        }
        List<OnnxTensor> initializers = graph.initializers().stream()
                .map(each ->
                        given.containsKey(each.name()) ? new OnnxTensor(each.name(), given.get(each.name())) : each)
                .toList();
        OnnxGraph settled = new OnnxGraph(
                graph.name(),
                graph.nodes(),
                initializers,
                graph.sparseInitializers(),
                graph.inputs().stream()
                        .filter(input -> !constants.contains(input.name()))
                        .toList(),
                graph.outputs(),
                graph.valueInfos());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), settled, model.functions(), model.metadata());
    }

    /** The model in which the inputs called {@code names} have no defaults. */
    static OnnxModel without(OnnxModel model, Set<String> names) {
        OnnxGraph graph = model.graph();
        OnnxGraph required = new OnnxGraph(
                graph.name(),
                graph.nodes(),
                graph.initializers().stream()
                        .filter(each -> !names.contains(each.name()))
                        .toList(),
                graph.sparseInitializers(),
                graph.inputs(),
                graph.outputs(),
                graph.valueInfos());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), required, model.functions(), model.metadata());
    }
}
