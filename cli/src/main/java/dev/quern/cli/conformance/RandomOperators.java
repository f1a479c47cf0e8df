package dev.quern.cli.conformance;

import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxValue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Operators whose results are drawn at random, so that no two implementations give the same. */
final class RandomOperators {
    private static final Set<String> ALWAYS = Set.of(
            "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike");

    private RandomOperators() {}

    /** Whether what {@code model} gives for {@code inputs} is up to chance. */
    static boolean decide(OnnxModel model, Map<String, OnnxValue> inputs) {
        return Stream.concat(
                        nodes(model.graph()),
                        model.functions().stream()
                                .flatMap(function -> function.nodes().stream().flatMap(RandomOperators::nodes)))
                .anyMatch(node -> ALWAYS.contains(node.opType()) || dropsAtRandom(node, inputs));
    }

    private static Stream<OnnxNode> nodes(OnnxGraph graph) {
        return graph.nodes().stream().flatMap(RandomOperators::nodes);
    }

    private static Stream<OnnxNode> nodes(OnnxNode node) {
        Stream<OnnxGraph> bodies = node.attributes().values().stream().flatMap(attribute -> switch (attribute) {
            case OnnxAttribute.GraphValue(var body) -> Stream.of(body);
            case OnnxAttribute.Graphs(var all) -> all.stream();
            default -> Stream.empty();
        });
        return Stream.concat(Stream.of(node), bodies.flatMap(RandomOperators::nodes));
    }

    /** Dropout that trains, as its third operand says, and drops anything, as its second says. */
    private static boolean dropsAtRandom(OnnxNode node, Map<String, OnnxValue> inputs) {
        return node.opType().equals("Dropout") && operand(node, 2, inputs, 0) != 0 && operand(node, 1, inputs, 1) != 0;
    }

    /** The scalar that an input of the model gives as an operand; {@code absent} where the node has none. */
    private static double operand(OnnxNode node, int index, Map<String, OnnxValue> inputs, double absent) {
        List<String> names = node.inputs();
        if (index >= names.size() || names.get(index).isEmpty()) {
            return absent;
        }
        if (inputs.get(names.get(index)) instanceof OnnxValue.Dense(var _, Tensor tensor) && tensor.elements() == 1) {
            return ElementText.number(tensor.segment(), tensor.dtype(), 0);
        }
        return 1;
    }
}
