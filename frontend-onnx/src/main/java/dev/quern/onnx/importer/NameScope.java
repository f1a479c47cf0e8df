package dev.quern.onnx.importer;

import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The values that ONNX names stand for, in one graph or inlined body; a body inlined sees the names around it. */
final class NameScope {
    private final GraphBuilder builder;
    private final Optional<NameScope> around;
    private final Map<String, Value> values = new HashMap<>();

    /** The names of a graph of its own. */
    NameScope(GraphBuilder builder) {
        this.builder = builder;
        this.around = Optional.empty();
    }

    private NameScope(NameScope around) {
        this.builder = around.builder;
        this.around = Optional.of(around);
    }

    /** The names of a body whose nodes go into the same graph. */
    NameScope inlined() {
        return new NameScope(this);
    }

    GraphBuilder builder() {
        return builder;
    }

    void put(String name, Value value) {
        values.put(name, value);
    }

    Optional<Value> find(String name) {
        Value value = values.get(name);
        return value != null ? Optional.of(value) : around.flatMap(scope -> scope.find(name));
    }
}
