package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;

/** A transformation of a graph that keeps what it computes. Bodies of control flow are visited by {@link GraphPipeline}. */
public interface GraphPass {
    /** Words for messages and dumps, such as {@code fold-constants}. */
    String name();

    /** The transformed graph, {@code listener} being told of each rewrite; the same object if nothing changed. */
    Graph run(Graph graph, PassListener listener);

    /** The transformed graph; the same object if nothing changed. */
    default Graph run(Graph graph) {
        return run(graph, PassListener.NONE);
    }
}
