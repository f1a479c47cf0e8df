package dev.quern.ir.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The last step of a {@link GraphBuilder}: drops nodes that no output needs, and gives values their final names. */
final class GraphAssembly {
    private GraphAssembly() {}

    static Graph assemble(
            String name,
            List<Value> inputs,
            List<Value> outputs,
            List<Node> nodes,
            List<ShapeGuard> guards,
            Map<String, String> preferred) {
        Graph needed = NeededNodes.of(new Graph(name, inputs, outputs, nodes, guards));
        Map<String, Value> renamed = new HashMap<>();
        List<Node> live = new ArrayList<>();
        for (Node node : needed.nodes()) {
            live.add(new Node(
                    node.op(),
                    rename(node.inputs(), preferred, renamed),
                    rename(node.outputs(), preferred, renamed),
                    node.origin()));
        }
        return new Graph(
                name, rename(inputs, preferred, renamed), rename(outputs, preferred, renamed), live, needed.guards());
    }

    private static List<Value> rename(List<Value> values, Map<String, String> preferred, Map<String, Value> renamed) {
        return values.stream()
                .map(value -> renamed.computeIfAbsent(
                        value.name(),
                        key -> preferred.containsKey(key) ? new Value(preferred.get(key), value.type()) : value))
                .toList();
    }
}
