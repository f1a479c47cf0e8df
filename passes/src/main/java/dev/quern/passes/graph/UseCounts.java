package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.Map;

/** How often each value of a graph is used. */
public final class UseCounts {
    private UseCounts() {}

    /** UseCounts by value name, as operand or as output of the graph. */
    public static Map<String, Integer> count(Graph graph) {
        Map<String, Integer> uses = new HashMap<>();
        for (Node node : graph.nodes()) {
            for (Value input : node.inputs()) {
                uses.merge(input.name(), 1, Integer::sum);
            }
        }
        for (Value output : graph.outputs()) {
            uses.merge(output.name(), 1, Integer::sum);
        }
        return uses;
    }
}
