package dev.quern.passes.lower;

import dev.quern.ir.Layout;
import dev.quern.ir.graph.Value;
import dev.quern.passes.memory.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a graph is cut.
 *
 * @param flow the graph
 * @param pieces what is run, in order
 * @param stored names of the values that are in memory, inputs and constants included
 * @param inside values that are parts of others
 */
record FusionPlan(Dataflow flow, List<Piece> pieces, Set<String> stored, Map<String, Part> inside) {
    FusionPlan {
        pieces = List.copyOf(pieces);
        stored = Set.copyOf(stored);
        inside = Map.copyOf(inside);
    }

    /** Where the elements of {@code value} lie in memory from its first one. */
    Layout layout(Value value) {
        Part part = inside.get(value.name());
        return part == null ? Layout.rowMajor(value.type().shape()) : part.layout();
    }

    /** Whether {@code value} is in memory. */
    boolean isStored(Value value) {
        return stored.contains(value.name());
    }
}
