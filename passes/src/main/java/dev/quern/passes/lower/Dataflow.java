package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.OperationDims;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who defines and who uses each value of a graph. */
final class Dataflow {
    private final Graph graph;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> users = new HashMap<>();
    private final Set<String> outputs = new HashSet<>();
    private final Map<Node, Integer> positions = new IdentityHashMap<>();
    private final Set<String> symbols;
    private final Map<String, Integer> found = new HashMap<>();

    Dataflow(Graph graph) {
        this.graph = graph;
        this.symbols = symbols(graph);
        for (Node node : graph.nodes()) {
            positions.put(node, positions.size());
            node.outputs().forEach(value -> producers.put(value.name(), node));
            node.inputs().stream()
                    .map(Value::name)
                    .distinct()
                    .forEach(name -> users.computeIfAbsent(name, key -> new ArrayList<>())
                            .add(node));
        }
        graph.outputs().forEach(value -> outputs.add(value.name()));
        Set<String> given = new HashSet<>();
        graph.inputs().forEach(value -> collect(value, given));
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Op.Host || node.op() instanceof Op.Control) {
                Set<String> names = new HashSet<>();
                node.outputs().forEach(value -> collect(value, names));
                names.removeAll(given);
                names.forEach(name -> found.putIfAbsent(name, position(node)));
            }
        }
    }

    private static Set<String> symbols(Graph graph) {
        Set<String> names = new HashSet<>();
        graph.inputs().forEach(value -> collect(value, names));
        for (Node node : graph.nodes()) {
            OperationDims.of(node.op()).forEach(dim -> names.addAll(dim.symbols()));
            node.outputs().forEach(value -> collect(value, names));
        }
        return Set.copyOf(names);
    }

    private static void collect(Value value, Set<String> names) {
        value.type().shape().dims().forEach(dim -> names.addAll(dim.symbols()));
    }

    Graph graph() {
        return graph;
    }

    /** Every symbol that the graph mentions; no loop may be called so. */
    Set<String> symbols() {
        return symbols;
    }

    /** The node that defines {@code value}; none for an input of the graph. */
    Optional<Node> producer(Value value) {
        return Optional.ofNullable(producers.get(value.name()));
    }

    /** Where {@code node} comes in the graph. */
    int position(Node node) {
        return positions.get(node);
    }

    /** Whether a node finds out a size, so that not all are known from the start. */
    boolean findsSizes() {
        return !found.isEmpty();
    }

    /** Whether the value of {@code dim} is known when {@code node} begins: no node from there on finds out a size in it. */
    boolean isKnownAt(Dim dim, Node node) {
        return dim.symbols().stream().allMatch(name -> found.getOrDefault(name, -1) < position(node));
    }

    /** The nodes that use {@code value}, each once, in order. */
    List<Node> users(Value value) {
        return users.getOrDefault(value.name(), List.of());
    }

    /** How often {@code value} occurs as an operand. */
    long occurrences(Value value) {
        return users(value).stream()
                .flatMap(node -> node.inputs().stream())
                .filter(operand -> operand.name().equals(value.name()))
                .count();
    }

    /** Whether the graph hands {@code value} back. */
    boolean isOutput(Value value) {
        return outputs.contains(value.name());
    }
}
