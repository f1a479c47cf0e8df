package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the outputs of a graph need: the nodes whose results they are made of, those that find out a size which the types or
 * attributes of needed nodes mention, and the guards whose sizes are still found out.
 */
public final class NeededNodes {
    private final Map<String, Node> finders = new HashMap<>();
    private final Set<String> values = new HashSet<>();
    private final Set<String> symbols = new HashSet<>();

    private NeededNodes(Graph graph) {
        Set<String> known = new HashSet<>();
        graph.inputs().forEach(input -> collect(input, known));
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Op.Host || node.op() instanceof Op.Control) {
                Set<String> found = new HashSet<>();
                node.outputs().forEach(result -> collect(result, found));
                found.removeAll(known);
                found.forEach(symbol -> finders.putIfAbsent(symbol, node));
            }
        }
        for (Value output : graph.outputs()) {
            values.add(output.name());
            collect(output, symbols);
        }
    }

    /** {@code graph} without the rest; the same object if there is none. */
    public static Graph of(Graph graph) {
        NeededNodes needed = new NeededNodes(graph);
        List<Node> nodes = needed.nodes(graph);
        List<ShapeGuard> guards =
                graph.guards().stream().filter(needed::isKnown).toList();
        return nodes.size() == graph.nodes().size()
                        && guards.size() == graph.guards().size()
                ? graph
                : new Graph(graph.name(), graph.inputs(), graph.outputs(), nodes, guards);
    }

    private List<Node> nodes(Graph graph) {
        List<Node> kept = new ArrayList<>();
        Set<Node> finding = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Node> mayFind = Collections.newSetFromMap(new IdentityHashMap<>());
        mayFind.addAll(finders.values());
        for (Node node : graph.nodes().reversed()) {
            if (makes(node) || mayFind.contains(node) && finds(node)) {
                kept.add(node);
                finding.add(node);
                node.inputs().forEach(operand -> values.add(operand.name()));
                node.outputs().forEach(result -> collect(result, symbols));
                collect(node.op(), symbols);
            }
        }
        finders.values().removeIf(finding::contains);
        return kept.reversed();
    }

    private boolean makes(Node node) {
        for (Value result : node.outputs()) {
            if (values.contains(result.name())) {
                return true;
            }
        }
        return false;
    }

    private boolean finds(Node node) {
        return node.outputs().stream()
                .flatMap(result -> result.type().shape().dims().stream())
                .flatMap(dim -> dim.symbols().stream())
                .anyMatch(symbol -> symbols.contains(symbol) && finders.get(symbol) == node);
    }

    /** Whether nothing that was dropped finds out a size in {@code guard}. */
    private boolean isKnown(ShapeGuard guard) {
        return guard.left().symbols().stream().noneMatch(finders::containsKey)
                && guard.right().symbols().stream().noneMatch(finders::containsKey);
    }

    private static void collect(Value value, Set<String> names) {
        value.type().shape().dims().forEach(dim -> names.addAll(dim.symbols()));
    }

    private static void collect(Op op, Set<String> names) {
        for (Dim dim : OperationDims.of(op)) {
            names.addAll(dim.symbols());
        }
        for (Graph body : op.bodies()) {
            body.inputs().forEach(input -> collect(input, names));
            for (Node node : body.nodes()) {
                collect(node.op(), names);
                node.outputs().forEach(result -> collect(result, names));
            }
            for (ShapeGuard guard : body.guards()) {
                names.addAll(guard.left().symbols());
                names.addAll(guard.right().symbols());
            }
        }
    }
}
