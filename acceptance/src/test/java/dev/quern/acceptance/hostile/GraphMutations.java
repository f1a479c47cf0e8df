package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Changes one thing of a graph: an edge, an operator, the order of nodes, a type, a constant; or of a body inside it. */
final class GraphMutations {
    private final Dice dice;
    private final List<OnnxNode> vocabulary;
    private final AttributeMutations attributes;
    private final TensorMutations tensors;

    /**
     * Mutations by {@code dice}.
     *
     * @param vocabulary nodes of all seeds, whose operators and attributes are borrowed
     */
    GraphMutations(Dice dice, List<OnnxNode> vocabulary) {
        this.dice = dice;
        this.vocabulary = vocabulary;
        this.attributes = new AttributeMutations(dice, vocabulary);
        this.tensors = new TensorMutations(dice);
    }

    OnnxGraph apply(OnnxGraph graph) {
        List<OnnxNode> nodes = new ArrayList<>(graph.nodes());
        List<OnnxTensor> constants = new ArrayList<>(graph.initializers());
        List<OnnxValueInfo> inputs = new ArrayList<>(graph.inputs());
        List<OnnxValueInfo> outputs = new ArrayList<>(graph.outputs());
        switch (dice.below(20)) {
            case 0, 1, 2, 3, 4, 5 -> change(nodes, graph);
            case 6, 7, 8, 9 -> changeConstant(constants);
            case 10, 11, 12 -> retype(inputs);
            case 13 -> retype(outputs);
            case 14 -> reorder(nodes);
            case 15 -> insert(nodes, graph);
            case 16 -> moveInputs(inputs, constants);
            case 17 -> outputs(outputs, graph);
            default -> body(nodes);
        }
        return new OnnxGraph(
                graph.name(), nodes, constants, graph.sparseInitializers(), inputs, outputs, graph.valueInfos());
    }

    private List<String> names(OnnxGraph graph) {
        Set<String> names = new LinkedHashSet<>();
        graph.inputs().forEach(input -> names.add(input.name()));
        graph.initializers().forEach(tensor -> names.add(tensor.name()));
        graph.nodes().forEach(node -> names.addAll(node.outputs()));
        names.add("");
        return new ArrayList<>(names);
    }

    private void change(List<OnnxNode> nodes, OnnxGraph graph) {
        if (nodes.isEmpty()) {
            return;
        }
        int at = dice.below(nodes.size());
        OnnxNode node = nodes.get(at);
        List<String> inputs = new ArrayList<>(node.inputs());
        List<String> results = new ArrayList<>(node.outputs());
        Map<String, OnnxAttribute> changed = node.attributes();
        String opType = node.opType();
        switch (dice.below(8)) {
            case 0, 1, 2 -> changed = attributes.apply(node.attributes());
            case 3, 4 -> rewire(inputs, names(graph));
            case 5 -> opType = dice.of(vocabulary).opType();
            case 6 -> {
                OnnxNode other = dice.of(vocabulary);
                opType = other.opType();
                changed = other.attributes();
            }
            default -> rewire(results, names(graph));
        }
        nodes.set(at, new OnnxNode(node.name(), opType, node.domain(), node.overload(), inputs, results, changed));
    }

    private void rewire(List<String> list, List<String> names) {
        switch (dice.below(5)) {
            case 0 -> list.add(dice.of(names));
            case 1 -> {
                if (!list.isEmpty()) {
                    list.remove(dice.below(list.size()));
                }
            }
            case 2 ->
                Collections.swap(
                        list.isEmpty() ? new ArrayList<>(List.of("", "")) : list, 0, Math.max(0, list.size() - 1));
            default -> {
                if (!list.isEmpty()) {
                    list.set(dice.below(list.size()), dice.of(names));
                }
            }
        }
    }

    private void changeConstant(List<OnnxTensor> constants) {
        if (!constants.isEmpty()) {
            int at = dice.below(constants.size());
            OnnxTensor constant = constants.get(at);
            constants.set(at, new OnnxTensor(constant.name(), tensors.apply(constant.data())));
        }
    }

    private void retype(List<OnnxValueInfo> infos) {
        if (infos.isEmpty()) {
            return;
        }
        int at = dice.below(infos.size());
        OnnxValueInfo info = infos.get(at);
        DType dtype = dice.of(DType.values());
        Optional<OnnxType> type = info.type();
        if (type.isPresent()
                && type.get() instanceof OnnxType.OnnxTensorType tensor
                && tensor.shape().isPresent()) {
            List<OnnxType.Extent> shape = new ArrayList<>(tensor.shape().get());
            if (dice.oneIn(4)) {
                type = Optional.of(new OnnxType.OnnxTensorType(dtype, tensor.shape()));
            } else {
                reshape(shape);
                type = Optional.of(new OnnxType.OnnxTensorType(tensor.dtype(), Optional.of(shape)));
            }
        } else {
            type = dice.oneIn(2)
                    ? Optional.empty()
                    : Optional.of(new OnnxType.OnnxTensorType(dtype, Optional.of(List.of())));
        }
        infos.set(at, new OnnxValueInfo(info.name(), type));
    }

    private void reshape(List<OnnxType.Extent> shape) {
        OnnxType.Extent extent = switch (dice.below(4)) {
            case 0 -> new OnnxType.Extent.Named(dice.of("n", "b", "s", "n+1", "", "a b"));
            case 1 -> new OnnxType.Extent.Unknown();
            default -> new OnnxType.Extent.Known(dice.whole());
        };
        switch (dice.below(6)) {
            case 0 -> shape.add(dice.below(shape.size() + 1), extent);
            case 1 -> {
                if (!shape.isEmpty()) {
                    shape.remove(dice.below(shape.size()));
                }
            }
            default -> {
                if (!shape.isEmpty()) {
                    shape.set(dice.below(shape.size()), extent);
                }
            }
        }
    }

    private void reorder(List<OnnxNode> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        switch (dice.below(3)) {
            case 0 -> Collections.swap(nodes, 0, dice.below(nodes.size()));
            case 1 -> nodes.remove(dice.below(nodes.size()));
            default -> nodes.add(dice.of(nodes));
        }
    }

    private void insert(List<OnnxNode> nodes, OnnxGraph graph) {
        OnnxNode borrowed = dice.of(vocabulary);
        List<String> names = names(graph);
        List<String> inputs = new ArrayList<>();
        borrowed.inputs().forEach(input -> inputs.add(dice.of(names)));
        List<String> results = nodes.isEmpty() || dice.oneIn(3)
                ? borrowed.outputs()
                : dice.of(nodes).outputs();
        nodes.add(
                dice.below(nodes.size() + 1),
                new OnnxNode("", borrowed.opType(), borrowed.domain(), "", inputs, results, borrowed.attributes()));
    }

    /** A constant becomes an input, or an input goes away. */
    private void moveInputs(List<OnnxValueInfo> inputs, List<OnnxTensor> constants) {
        if (!constants.isEmpty() && dice.oneIn(2)) {
            OnnxTensor tensor = dice.oneIn(2) ? constants.remove(dice.below(constants.size())) : dice.of(constants);
            List<OnnxType.Extent> shape = new ArrayList<>();
            for (long extent : tensor.data().shape()) {
                shape.add(new OnnxType.Extent.Known(extent));
            }
            inputs.add(new OnnxValueInfo(
                    tensor.name(),
                    Optional.of(new OnnxType.OnnxTensorType(tensor.data().dtype(), Optional.of(shape)))));
        } else if (!inputs.isEmpty()) {
            inputs.remove(dice.below(inputs.size()));
        }
    }

    private void outputs(List<OnnxValueInfo> outputs, OnnxGraph graph) {
        if (!outputs.isEmpty() && dice.oneIn(3)) {
            outputs.remove(dice.below(outputs.size()));
        } else {
            outputs.add(new OnnxValueInfo(dice.of(names(graph)), Optional.empty()));
        }
    }

    private void body(List<OnnxNode> nodes) {
        for (int at = 0; at < nodes.size(); at++) {
            OnnxNode node = nodes.get(at);
            Map<String, OnnxAttribute> changed = new LinkedHashMap<>(node.attributes());
            changed.replaceAll((name, value) -> value instanceof OnnxAttribute.GraphValue(OnnxGraph inner)
                    ? new OnnxAttribute.GraphValue(apply(inner))
                    : value);
            nodes.set(
                    at,
                    new OnnxNode(
                            node.name(),
                            node.opType(),
                            node.domain(),
                            node.overload(),
                            node.inputs(),
                            node.outputs(),
                            changed));
        }
    }
}
