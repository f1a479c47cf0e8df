package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Drops nodes none of whose results reaches an output. */
final class RemoveDeadNodes implements GraphPass {
    @Override
    public String name() {
        return "remove-dead-nodes";
    }

    @Override
    public Set<Property> establishes() {
        return Set.of(Property.NO_DEAD_NODES);
    }

    @Override
    public Graph run(Graph graph) {
        Set<String> live = new HashSet<>();
        graph.outputs().forEach(output -> live.add(output.name()));
        Deque<Node> kept = new ArrayDeque<>();
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().map(Value::name).anyMatch(live::contains)) {
                node.inputs().forEach(input -> live.add(input.name()));
                kept.addFirst(node);
            }
        }
        return kept.size() == graph.nodes().size() ? graph : graph.with(List.copyOf(kept), graph.outputs());
    }
}
