package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.NeededNodes;

/** Drops nodes that no output needs, and the guards on sizes that only those find out. */
final class RemoveDeadNodes implements GraphPass {
    @Override
    public String name() {
        return "remove-dead-nodes";
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        return NeededNodes.of(graph);
    }
}
