package dev.quern.cli;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A model in numbers, graphs inside nodes and functions included.
 *
 * @param inputs what must be given: inputs that are no initializers
 * @param optionalInputs inputs whose default an initializer is; none in formats before IR version 4, which list all weights
 * @param outputs what the model gives
 * @param nodes number of operations
 * @param operators number of operations by operator, the most frequent first
 * @param parameters elements of constants
 * @param bytes bytes of constants, strings aside
 */
record ModelSummary(
        List<OnnxValueInfo> inputs,
        List<OnnxValueInfo> optionalInputs,
        List<OnnxValueInfo> outputs,
        long nodes,
        Map<String, Long> operators,
        long parameters,
        long bytes) {
    /** The first IR version in which initializers need not be inputs, so that those which are say something. */
    private static final long DEFAULTS = 4;

    static ModelSummary of(OnnxModel model) {
        OperatorCount count = new OperatorCount();
        count.graph(model.graph());
        model.functions().forEach(function -> function.nodes().forEach(count::node));
        Map<String, Long> sorted = new LinkedHashMap<>();
        count.operators.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(operator -> sorted.put(operator.getKey(), operator.getValue()));
        Set<String> constants =
                model.graph().initializers().stream().map(OnnxTensor::name).collect(Collectors.toSet());
        return new ModelSummary(
                model.graph().inputs().stream()
                        .filter(info -> !constants.contains(info.name()))
                        .toList(),
                model.graph().inputs().stream()
                        .filter(info -> model.irVersion() >= DEFAULTS && constants.contains(info.name()))
                        .toList(),
                model.graph().outputs(),
                sorted.values().stream().mapToLong(Long::longValue).sum(),
                sorted,
                count.parameters,
                count.bytes);
    }

    /** The type of a value as people write it, such as {@code f32[batch, 3]}. */
    static String type(OnnxValueInfo info) {
        return info.type().map(ModelSummary::type).orElse("not stated");
    }

    private static String type(OnnxType type) {
        return switch (type) {
            case OnnxType.OnnxTensorType(var dtype, var shape) ->
                dtype + shape.map(ModelSummary::shape).orElse("[*]");
            case OnnxType.SparseTensorType(var dtype, var shape) ->
                "sparse " + dtype + shape.map(ModelSummary::shape).orElse("[*]");
            case OnnxType.SequenceType(var element) -> "sequence of " + type(element);
            case OnnxType.OptionalType(var element) -> "optional " + type(element);
            case OnnxType.MapType(var key, var value) -> "map from " + key + " to " + type(value);
        };
    }

    private static String shape(List<OnnxType.Extent> shape) {
        return shape.stream()
                .map(extent -> switch (extent) {
                    case OnnxType.Extent.Known(long value) -> Long.toString(value);
                    case OnnxType.Extent.Named(String name) -> name;
                    case OnnxType.Extent.Unknown() -> "?";
                })
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static final class OperatorCount {
        private final Map<String, Long> operators = new TreeMap<>();
        private long parameters;
        private long bytes;

        void graph(OnnxGraph graph) {
            graph.nodes().forEach(this::node);
            graph.initializers().forEach(this::constant);
            graph.sparseInitializers().forEach(sparse -> constant(sparse.values()));
        }

        void node(OnnxNode node) {
            String name = node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
            operators.merge(name, 1L, Long::sum);
            for (OnnxAttribute attribute : node.attributes().values()) {
                switch (attribute) {
                    case OnnxAttribute.GraphValue(OnnxGraph body) -> graph(body);
                    case OnnxAttribute.Graphs(List<OnnxGraph> bodies) -> bodies.forEach(this::graph);
                    case OnnxAttribute.TensorValue(OnnxTensor tensor) -> constant(tensor);
                    case OnnxAttribute.Tensors(List<OnnxTensor> tensors) -> tensors.forEach(this::constant);
                    default -> {}
                }
            }
        }

        private void constant(OnnxTensor tensor) {
            Tensor data = tensor.data();
            parameters += data.elements();
            bytes += data.dtype().byteSize(data.elements());
        }
    }
}
