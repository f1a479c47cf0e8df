package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The nodes of a model's function for one call: references to its attributes are replaced by the caller's values. */
final class FunctionBody {
    private final OnnxFunction function;
    private final OnnxNode call;
    private final Set<String> absent;

    /**
     * A function and a call of it.
     *
     * @param absent parameters that the call leaves out
     */
    FunctionBody(OnnxFunction function, OnnxNode call, Set<String> absent) {
        this.function = function;
        this.call = call;
        this.absent = absent;
    }

    /**
     * Checks a call: no more operands and results than the function has, and its attributes.
     *
     * @throws ModelException if it does not fit
     */
    static void check(OnnxFunction function, OnnxNode call) {
        atMost("operands", call.inputs().size(), function.inputs().size(), call);
        atMost("results", call.outputs().size(), function.outputs().size(), call);
        for (String name : call.attributes().keySet()) {
            if (!function.attributes().contains(name)
                    && !function.attributeDefaults().containsKey(name)) {
                Set<String> known = new TreeSet<>(function.attributes());
                known.addAll(function.attributeDefaults().keySet());
                throw invalid(call, "attribute " + name + ": expected one of " + known + ", as the function has them");
            }
        }
    }

    private static void atMost(String what, int found, int most, OnnxNode call) {
        if (found > most) {
            throw invalid(call, what + " of a function: expected at most " + most + ", found " + found);
        }
    }

    private static ModelException invalid(OnnxNode call, String message) {
        return new ModelException(ModelException.Code.INVALID_MODEL, NodeNames.of(call), message);
    }

    OnnxNode instantiate(OnnxNode node) {
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        node.attributes()
                .forEach((name, attribute) -> instantiate(attribute).ifPresent(value -> attributes.put(name, value)));
        return new OnnxNode(
                node.name(),
                node.opType(),
                node.domain(),
                node.overload(),
                node.inputs().stream()
                        .map(input -> absent.contains(input) ? "" : input)
                        .toList(),
                node.outputs(),
                attributes);
    }

    private Optional<OnnxAttribute> instantiate(OnnxAttribute attribute) {
        return switch (attribute) {
            case OnnxAttribute.Reference(String name) ->
                call.attribute(name)
                        .or(() ->
                                Optional.ofNullable(function.attributeDefaults().get(name)));
            case OnnxAttribute.GraphValue(OnnxGraph graph) ->
                Optional.of(new OnnxAttribute.GraphValue(new OnnxGraph(
                        graph.name(),
                        graph.nodes().stream().map(this::instantiate).toList(),
                        graph.initializers(),
                        graph.sparseInitializers(),
                        graph.inputs(),
                        graph.outputs(),
                        graph.valueInfos())));
            case OnnxAttribute other -> Optional.of(other);
        };
    }
}
