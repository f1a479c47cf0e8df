package dev.quern.ir.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The last step of a {@link GraphBuilder}: drops nodes that no output needs, and gives values their final names. */
final class GraphAssembly {
    private GraphAssembly() {}

    static Graph assemble(
            String name,
            List<Value> inputs,
            List<Value> outputs,
            List<Node> nodes,
            List<Guard> guards,
            Map<String, String> preferred) {
        Map<String, Value> renamed = new HashMap<>();
        List<Node> live = new ArrayList<>();
        for (Node node : needed(outputs, nodes)) {
            live.add(new Node(
                    node.op(),
                    rename(node.inputs(), preferred, renamed),
                    rename(node.outputs(), preferred, renamed),
                    node.origin()));
        }
        return new Graph(name, rename(inputs, preferred, renamed), rename(outputs, preferred, renamed), live, guards);
    }

    private static List<Node> needed(List<Value> outputs, List<Node> nodes) {
        Set<String> wanted = new HashSet<>();
        outputs.forEach(output -> wanted.add(output.name()));
        Deque<Node> live = new ArrayDeque<>();
        for (Node node : nodes.reversed()) {
            if (node.outputs().stream().anyMatch(output -> wanted.contains(output.name()))) {
                node.inputs().forEach(operand -> wanted.add(operand.name()));
                live.addFirst(node);
            }
        }
        return List.copyOf(live);
    }

    private static List<Value> rename(List<Value> values, Map<String, String> preferred, Map<String, Value> renamed) {
        return values.stream()
                .map(value -> renamed.computeIfAbsent(
                        value.name(),
                        key -> preferred.containsKey(key) ? new Value(preferred.get(key), value.type()) : value))
                .toList();
    }
}
