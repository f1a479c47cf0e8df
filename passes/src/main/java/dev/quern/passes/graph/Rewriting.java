package dev.quern.passes.graph;

import dev.quern.Tensor;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A graph being rebuilt node by node. A pass walks the old nodes in order, and for each either keeps it (with its operands
 * renamed to what took their place) or emits others and says which values take the place of its results.
 */
final class Rewriting {
    private final Graph original;
    private final Map<String, Value> replacements = new HashMap<>();
    private final Map<Derivation, Value> derived = new HashMap<>();
    private final Map<String, Node> producers = new LinkedHashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<ShapeGuard> guards = new LinkedHashSet<>();
    private int fresh;
    private boolean changed;

    /** What is made of a value, and how. */
    private record Derivation(String source, Object how) {}

    Rewriting(Graph original) {
        this.original = original;
        this.guards.addAll(original.guards());
        original.inputs().forEach(input -> names.add(input.name()));
        for (Node node : original.nodes()) {
            node.outputs().forEach(output -> names.add(output.name()));
        }
    }

    /** What now stands for a value of the old graph. */
    Value current(Value old) {
        return replacements.getOrDefault(old.name(), old);
    }

    /** What {@code make} gives for {@code source}; made once for all nodes that want it made in the way {@code how}. */
    Value derived(Value source, Object how, Supplier<Value> make) {
        Derivation key = new Derivation(source.name(), how);
        Value known = derived.get(key);
        if (known == null) {
            known = make.get();
            derived.put(key, known);
        }
        return known;
    }

    /** {@code node} with its operands as they are now. */
    Node current(Node node) {
        boolean renamed = false;
        for (Value input : node.inputs()) {
            renamed |= replacements.containsKey(input.name());
        }
        return renamed
                ? node.withInputs(node.inputs().stream().map(this::current).toList())
                : node;
    }

    /** Keeps a node of the old graph, operands already current. */
    void keep(Node node) {
        nodes.add(node);
        node.outputs().forEach(output -> producers.put(output.name(), node));
    }

    /** Adds an operation with inferred result types. */
    List<Value> emitAll(Op op, List<Value> operands, String origin) {
        List<TensorType> types =
                TypeInference.infer(op, operands.stream().map(Value::type).toList());
        List<Value> results =
                types.stream().map(type -> new Value(freshName(), type)).toList();
        keep(new Node(op, operands, results, origin));
        changed = true;
        return results;
    }

    /** Adds an operation with one result. */
    Value emit(Op op, String origin, Value... operands) {
        return emitAll(op, List.of(operands), origin).getFirst();
    }

    /** Adds a node of another graph with new names for its results, types as they were. */
    List<Value> copy(Node node, List<Value> operands) {
        List<Value> results = node.outputs().stream()
                .map(result -> new Value(freshName(), result.type()))
                .toList();
        keep(new Node(node.op(), operands, results, node.origin()));
        changed = true;
        return results;
    }

    /** Lets the graph rest on what {@code more} say, too. */
    void assume(List<ShapeGuard> more) {
        guards.addAll(more);
    }

    /** Adds a constant. */
    Value constant(Tensor tensor, String origin) {
        return constant(new Literal(tensor), origin);
    }

    /** Lets {@code value} stand for the result {@code old} from here on. */
    void replace(Value old, Value value) {
        replacements.put(old.name(), value);
        changed = true;
    }

    /** The node that gives {@code value}, if a node does. */
    Optional<Node> producer(Value value) {
        return Optional.ofNullable(producers.get(value.name()));
    }

    /** The node that gives {@code value} if its operation is of {@code type}. */
    <T extends Op> Optional<Node> producer(Value value, Class<T> type) {
        return producer(value).filter(node -> type.isInstance(node.op()));
    }

    /** Adds a constant. */
    Value constant(Literal literal, String origin) {
        return emit(new Op.Constant(literal), origin);
    }

    /** What {@code value} is if it is a constant. */
    Optional<Literal> literal(Value value) {
        return producer(value).map(node -> node.op() instanceof Op.Constant(Literal literal) ? literal : null);
    }

    /** The elements of {@code value} if it is a constant. */
    Optional<Tensor> constant(Value value) {
        return literal(value).map(Literal::tensor);
    }

    /** How often {@code value} of the old graph is an operand or handed back there. */
    int uses(Value value) {
        if (uses.isEmpty()) {
            original.outputs().forEach(output -> uses.merge(output.name(), 1, Integer::sum));
            original.nodes().forEach(node -> node.inputs().forEach(input -> uses.merge(input.name(), 1, Integer::sum)));
        }
        return uses.getOrDefault(value.name(), 0);
    }

    /** Whether {@code value} is handed back by the graph. */
    boolean isOutput(Value value) {
        return original.outputs().contains(value);
    }

    private String freshName() {
        String name;
        do {
            name = "t" + fresh++;
        } while (!names.add(name));
        return name;
    }

    /** The rebuilt graph, outputs under their old names; the old graph itself if nothing changed. */
    Graph finish() {
        if (!changed) {
            return original;
        }
        Map<String, Value> renames = new HashMap<>();
        List<Node> copies = new ArrayList<>();
        for (Value output : original.outputs()) {
            Value now = current(output);
            if (now.name().equals(output.name())) {
                continue;
            }
            boolean free = producers.containsKey(now.name()) && !renames.containsKey(now.name()) && !isOutput(now);
            if (free) {
                renames.put(now.name(), new Value(output.name(), now.type()));
            } else {
                copies.add(new Node(
                        new Op.Reshape(now.type().shape()),
                        List.of(now),
                        List.of(new Value(output.name(), now.type())),
                        "output " + output.name()));
            }
        }
        List<Node> all = new ArrayList<>(nodes);
        all.addAll(copies);
        List<Node> renamed = all.stream().map(node -> rename(node, renames)).toList();
        List<Value> outputs = original.outputs().stream()
                .map(output -> new Value(output.name(), current(output).type()))
                .toList();
        return new Graph(original.name(), original.inputs(), outputs, renamed, List.copyOf(guards));
    }

    private static Node rename(Node node, Map<String, Value> renames) {
        return new Node(
                node.op(),
                node.inputs().stream()
                        .map(value -> renames.getOrDefault(value.name(), value))
                        .toList(),
                node.outputs().stream()
                        .map(value -> renames.getOrDefault(value.name(), value))
                        .toList(),
                node.origin());
    }
}
