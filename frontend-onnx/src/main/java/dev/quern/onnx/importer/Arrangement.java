package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model with the nodes of all its graphs and functions in an order in which they can be computed, and with names that
 * stand for one value each. The rules, of ONNX's {@code IR.md}:
 *
 * <ul>
 *   <li>In one graph or function, every name is given once: by an input, a constant or a node; a constant may have the name
 *       of an input, whose default it then is. No input, constant or output has an empty name.
 *   <li>A node in a body gives no name that the body sees from the graphs around it. Inputs and constants of bodies may hide
 *       such names: ONNX's own checker lets them, and exporters do it.
 * </ul>
 */
final class Arrangement {
    private Arrangement() {}

    /** {@code model} arranged. */
    static OnnxModel of(OnnxModel model) {
        OnnxGraph graph = graph(model.graph());
        hiding(graph, new HashSet<>());
        List<OnnxFunction> functions =
                model.functions().stream().map(Arrangement::function).toList();
        return new OnnxModel(model.irVersion(), model.producer(), model.opsets(), graph, functions, model.metadata());
    }

    private static OnnxGraph graph(OnnxGraph graph) {
        Set<String> inputs = new HashSet<>();
        for (OnnxValueInfo input : graph.inputs()) {
            once(inputs, input.name(), "input", graph.name());
        }
        Set<String> constants = new HashSet<>();
        for (OnnxTensor constant : graph.initializers()) {
            once(constants, constant.name(), "initializer", graph.name());
        }
        graph.sparseInitializers()
                .forEach(sparse -> once(constants, sparse.values().name(), "initializer", graph.name()));
        inputs.addAll(constants);
        graph.outputs().forEach(output -> named(output.name(), "output", graph.name()));
        return new OnnxGraph(
                graph.name(),
                nodes(graph.nodes(), inputs),
                graph.initializers(),
                graph.sparseInitializers(),
                graph.inputs(),
                graph.outputs(),
                graph.valueInfos());
    }

    private static OnnxFunction function(OnnxFunction function) {
        Set<String> given = new HashSet<>();
        function.inputs().forEach(input -> once(given, input, "input", function.name()));
        Set<String> results = new HashSet<>();
        function.outputs().forEach(output -> once(results, output, "output", function.name()));
        List<OnnxNode> nodes = nodes(function.nodes(), given);
        hiding(nodes, new HashSet<>(function.inputs()), new ArrayList<>());
        return new OnnxFunction(
                function.domain(),
                function.name(),
                function.overload(),
                function.inputs(),
                function.outputs(),
                function.attributes(),
                function.attributeDefaults(),
                nodes,
                function.opsets());
    }

    /** The nodes in order, their bodies arranged; {@code given} are the names that the graph has without them. */
    private static List<OnnxNode> nodes(List<OnnxNode> nodes, Set<String> given) {
        List<OnnxNode> arranged = new ArrayList<>();
        for (OnnxNode node : nodes) {
            for (String name : node.outputs()) {
                if (!name.isEmpty() && !given.add(name)) {
                    throw new ModelException(
                            ModelException.Code.INVALID_MODEL,
                            NodeNames.of(node),
                            "result '" + name + "': expected a name of its own, found one that an input, a constant or"
                                    + " another result has");
                }
            }
            arranged.add(bodies(node));
        }
        return NodeOrder.sorted(arranged);
    }

    private static OnnxNode bodies(OnnxNode node) {
        if (FreeNames.bodies(node).isEmpty()) {
            return node;
        }
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        node.attributes()
                .forEach((name, attribute) -> attributes.put(
                        name,
                        attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)
                                ? new OnnxAttribute.GraphValue(graph(body))
                                : attribute));
        return new OnnxNode(
                node.name(), node.opType(), node.domain(), node.overload(), node.inputs(), node.outputs(), attributes);
    }

    /** Refuses results with names in {@code seen}, which has none of the graph's own names before and after. */
    private static void hiding(OnnxGraph graph, Set<String> seen) {
        List<String> own = new ArrayList<>();
        graph.inputs().forEach(input -> see(input.name(), seen, own));
        graph.initializers().forEach(constant -> see(constant.name(), seen, own));
        graph.sparseInitializers().forEach(constant -> see(constant.values().name(), seen, own));
        hiding(graph.nodes(), seen, own);
        own.forEach(seen::remove);
    }

    private static void hiding(List<OnnxNode> nodes, Set<String> seen, List<String> own) {
        for (OnnxNode node : nodes) {
            FreeNames.bodies(node).forEach(body -> hiding(body, seen));
            for (String name : node.outputs()) {
                if (!name.isEmpty() && !see(name, seen, own)) {
                    throw new ModelException(
                            ModelException.Code.INVALID_MODEL,
                            NodeNames.of(node),
                            "result '" + name + "': expected a name of its own, found one that a graph around this has"
                                    + " given to another value");
                }
            }
        }
    }

    private static boolean see(String name, Set<String> seen, List<String> own) {
        return seen.add(name) && own.add(name);
    }

    private static void once(Set<String> names, String name, String role, String graph) {
        named(name, role, graph);
        if (!names.add(name)) {
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    role + " '" + name + "'",
                    "expected one " + role + " of this name in graph '" + graph + "', found two");
        }
    }

    private static void named(String name, String role, String graph) {
        if (name.isEmpty()) {
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    "graph '" + graph + "'",
                    role + ": expected one with a name, found one with none");
        }
    }
}
