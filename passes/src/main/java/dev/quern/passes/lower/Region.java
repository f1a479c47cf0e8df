package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * A part of a graph that becomes one kernel, or a few: what flows inside is not stored. Every node behind the anchor reads
 * the anchor's result, directly or not, at one index only, as {@link Places} finds it. Compared by identity.
 */
final class Region {
    private final Optional<Node> anchor;
    private final Node first;
    private final List<Node> behind;

    /**
     * @param anchor the node that gives the region its template; a traversal has none
     * @param first the anchor, or the root of a traversal
     * @param behind what is computed on the anchor's result before it is stored, in order
     */
    Region(Optional<Node> anchor, Node first, List<Node> behind) {
        this.anchor = anchor;
        this.first = first;
        this.behind = List.copyOf(behind);
    }

    /** The node that gives the region its template; a traversal has none. */
    Optional<Node> anchor() {
        return anchor;
    }

    /** What is computed on the anchor's result before it is stored, in order. */
    List<Node> behind() {
        return behind;
    }

    /** The node whose results are stored. */
    Node root() {
        return behind.isEmpty() ? first : behind.getLast();
    }

    /** What the region stores. */
    List<Value> results() {
        return root().outputs();
    }

    /** Where the element of the anchor's result at {@code indices} lies in the stored result. */
    List<Dim> stored(List<Dim> indices, DimRanges ranges) {
        if (behind.isEmpty()) {
            return indices;
        }
        Places places = new Places(first.output(), indices, ranges);
        for (Node node : behind) {
            if (!places.join(node)) {
                throw new IllegalStateException(node.origin() + " reads " + first.output() + " at several indices");
            }
        }
        return places.of(root().output());
    }

    /** Where the region comes from in the model. */
    String origin() {
        return first.origin();
    }
}
