package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import java.util.Set;

/** A transformation of a graph that keeps what it computes. Bodies of control flow are visited by {@link Pipeline}. */
public interface GraphPass {
    /** What may hold of a graph after a pass. */
    enum Property {
        /** Every node's results reach an output. */
        NO_DEAD_NODES,
        /** Nodes whose operands are all constant, within the budget, are constants. */
        CONSTANTS_FOLDED,
        /** No two transposes that cancel stand one after the other; those that can move are as late as possible. */
        TRANSPOSES_SUNK,
        /** Composites spelt out by exporters are single operations. */
        COMPOSITES_RECOGNISED
    }

    /** Words for messages and dumps, such as {@code fold-constants}. */
    String name();

    /** What must hold before. */
    default Set<Property> requires() {
        return Set.of();
    }

    /** What holds after, until a later pass breaks it. */
    default Set<Property> establishes() {
        return Set.of();
    }

    /** The transformed graph; the same object if nothing changed. */
    Graph run(Graph graph);
}
