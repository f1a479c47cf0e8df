package dev.quern.onnx.importer;

import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names that the body of a control-flow node takes from the graphs around it. */
final class FreeNames {
    private FreeNames() {}

    /** Those of several bodies, in the order of first use. */
    static List<String> of(List<OnnxGraph> bodies) {
        Set<String> free = new LinkedHashSet<>();
        bodies.forEach(body -> collect(body, free));
        return List.copyOf(free);
    }

    private static void collect(OnnxGraph body, Set<String> free) {
        Set<String> defined = new HashSet<>();
        body.initializers().forEach(tensor -> defined.add(tensor.name()));
        body.sparseInitializers().forEach(tensor -> defined.add(tensor.values().name()));
        body.inputs().forEach(input -> defined.add(input.name()));
        for (OnnxNode node : body.nodes()) {
            for (String name : node.inputs()) {
                if (!name.isEmpty() && !defined.contains(name)) {
                    free.add(name);
                }
            }
            for (OnnxGraph inner : bodies(node)) {
                Set<String> needed = new LinkedHashSet<>();
                collect(inner, needed);
                needed.removeAll(defined);
                free.addAll(needed);
            }
            defined.addAll(node.outputs());
        }
        body.outputs().stream()
                .map(output -> output.name())
                .filter(name -> !defined.contains(name))
                .forEach(free::add);
    }

    /** The bodies of a node. */
    static List<OnnxGraph> bodies(OnnxNode node) {
        return node.attributes().values().stream()
                .filter(OnnxAttribute.GraphValue.class::isInstance)
                .map(attribute -> ((OnnxAttribute.GraphValue) attribute).value())
                .toList();
    }
}
