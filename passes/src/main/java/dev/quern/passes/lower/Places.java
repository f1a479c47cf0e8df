package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the element at hand of an anchor's result lies in each value computed from it. A node has one such place only if all
 * its operands that are computed from the anchor have the same: {@code y + transpose(y)} needs two elements of {@code y} for
 * one of its own, and has none.
 */
final class Places {
    private final DimRanges ranges;
    private final Map<String, List<Dim>> indices = new HashMap<>();

    /**
     * @param anchored the anchor's result
     * @param at the indices of the element at hand
     * @param ranges what is known of them
     */
    Places(Value anchored, List<Dim> at, DimRanges ranges) {
        this.ranges = ranges;
        indices.put(anchored.name(), at);
    }

    /** The indices in {@code value} of what the element at hand becomes. */
    List<Dim> of(Value value) {
        return indices.get(value.name());
    }

    /** Finds the place of {@code node}'s result; false, and nothing is noted, if its operands have not one place. */
    boolean join(Node node) {
        List<Value> inner = node.inputs().stream()
                .filter(operand -> indices.containsKey(operand.name()))
                .toList();
        if (inner.isEmpty() || inner.stream().map(this::of).distinct().count() != 1) {
            return false;
        }
        List<Dim> from = of(inner.getFirst());
        Shape shape = inner.getFirst().type().shape();
        List<Dim> to = switch (node.op()) {
            case Op.Reshape(Shape target) -> Indexing.reshape(from, shape, target, ranges);
            case Op.Transpose(List<Integer> permutation) ->
                permutation.stream().map(from::get).toList();
            case Op.Elementwise _ -> from;
            case Op other -> throw new IllegalArgumentException(other + " has no place in an epilogue");
        };
        indices.put(node.output().name(), to);
        return true;
    }
}
