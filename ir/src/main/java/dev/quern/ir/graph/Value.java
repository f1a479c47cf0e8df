package dev.quern.ir.graph;

import dev.quern.ir.TensorType;
import java.util.Objects;

/**
 * A value of a graph: defined once, by the graph's inputs or by one node.
 *
 * @param name unique in its graph
 * @param type element type and shape
 */
public record Value(String name, TensorType type) {
    public Value {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
    }

    @Override
    public String toString() {
        return "%" + name + ": " + type;
    }
}
