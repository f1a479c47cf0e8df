package dev.quern.acceptance.judge;

import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the nodes of a model in an order in which values are made before they are used. */
final class RunnableOrder {
    private final Map<String, OnnxNode> makers = new HashMap<>();
    private final Set<OnnxNode> done = new HashSet<>();
    private final List<OnnxNode> order = new ArrayList<>();

    private RunnableOrder(OnnxGraph graph) {
        graph.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
        graph.nodes().forEach(this::visit);
    }

    static OnnxModel sorted(OnnxModel model) {
        return with(model, new RunnableOrder(model.graph()).order);
    }

    /** The model without the nodes that no output needs. */
    static OnnxModel needed(OnnxModel model) {
        OnnxGraph graph = model.graph();
        Set<String> needed = new HashSet<>();
        graph.outputs().forEach(output -> needed.add(output.name()));
        List<OnnxNode> kept = new ArrayList<>();
        for (OnnxNode node : new RunnableOrder(graph).order.reversed()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(mentioned(node));
                kept.addFirst(node);
            }
        }
        return with(model, kept);
    }

    private static OnnxModel with(OnnxModel model, List<OnnxNode> nodes) {
        OnnxGraph graph = model.graph();
        OnnxGraph other = new OnnxGraph(
                graph.name(),
                nodes,
                graph.initializers(),
                graph.sparseInitializers(),
                graph.inputs(),
                graph.outputs(),
                graph.valueInfos());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), other, model.functions(), model.metadata());
    }

    private void visit(OnnxNode node) {
        if (done.add(node)) {
            for (String name : mentioned(node)) {
                if (makers.containsKey(name)) {
                    visit(makers.get(name));
                }
            }
            order.add(node);
        }
    }

    /** The names of values that a node uses, in the graphs inside it too. */
    static Set<String> mentioned(OnnxNode node) {
        Set<String> names = new HashSet<>(node.inputs());
        for (OnnxAttribute attribute : node.attributes().values()) {
            if (attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)) {
                body.nodes().forEach(inner -> names.addAll(mentioned(inner)));
                body.outputs().forEach(output -> names.add(output.name()));
            }
        }
        return names;
    }
}
