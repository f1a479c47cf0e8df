package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of a graph that becomes one kernel, or a few: what flows inside is not stored. Compared by identity. */
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
        Map<String, List<Dim>> places = new HashMap<>(Map.of(first.output().name(), indices));
        for (Node node : behind) {
            Value source = node.inputs().stream()
                    .filter(operand -> places.containsKey(operand.name()))
                    .findFirst()
                    .orElseThrow();
            List<Dim> from = places.get(source.name());
            List<Dim> to = switch (node.op()) {
                case Op.Reshape(var shape) ->
                    Indexing.reshape(from, source.type().shape(), shape, ranges);
                case Op.Transpose(List<Integer> permutation) ->
                    permutation.stream().map(from::get).toList();
                default -> from;
            };
            places.put(node.output().name(), to);
        }
        return places.get(root().output().name());
    }

    /** Where the region comes from in the model. */
    String origin() {
        return first.origin();
    }
}
