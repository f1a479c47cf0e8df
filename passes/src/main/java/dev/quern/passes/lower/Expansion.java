package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The nodes of a graph being replaced by simpler ones; results keep their names. */
final class Expansion {
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<ExpandedFrom, Value> derived = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Node> nodes = new ArrayList<>();
    private String origin = "";
    private int fresh;

    /** What is made of a value, and how. */
    private record ExpandedFrom(String source, Object how) {}

    Expansion(Graph graph) {
        graph.inputs().forEach(value -> names.add(value.name()));
        graph.nodes().forEach(node -> node.outputs().forEach(value -> names.add(value.name())));
    }

    /** From now on new nodes come from {@code place} in the model. */
    void at(String place) {
        origin = place;
    }

    /** Adds a node as it is. */
    void keep(Node node) {
        nodes.add(node);
        node.outputs().forEach(value -> producers.put(value.name(), node));
    }

    /** Adds an operation. */
    Value add(Op op, Value... operands) {
        List<TensorType> types = List.of(operands).stream().map(Value::type).toList();
        Value result = new Value(freshName(), TypeInference.infer(op, types).getFirst());
        keep(new Node(op, List.of(operands), List.of(result), origin));
        return result;
    }

    /** Adds an operation that gives {@code result}. */
    void give(Value result, Op op, Value... operands) {
        keep(new Node(op, List.of(operands), List.of(result), origin));
    }

    /** Has {@code spell} add what computes {@code node}, in f32 if the node is of 16-bit floats, which are rounded once at the end. */
    void wide(Node node, Consumer<Node> spell) {
        if (node.outputs().stream().noneMatch(Expansion::isNarrow)) {
            spell.accept(node);
            return;
        }
        List<Value> operands = node.inputs().stream()
                .map(value -> isNarrow(value) ? add(new Op.Cast(DType.F32, true), value) : value)
                .toList();
        List<Value> results = node.outputs().stream()
                .map(value ->
                        isNarrow(value) ? new Value(freshName(), value.type().withDType(DType.F32)) : value)
                .toList();
        spell.accept(new Node(node.op(), operands, results, node.origin()));
        for (int i = 0; i < results.size(); i++) {
            Value result = node.outputs().get(i);
            if (isNarrow(result)) {
                give(result, new Op.Cast(result.type().dtype(), true), results.get(i));
            }
        }
    }

    private static boolean isNarrow(Value value) {
        DType type = value.type().dtype();
        return ScalarTerms.arithmetic(type) != type;
    }

    /** What {@code make} gives for {@code source}; made once for all nodes that want it made in the way {@code how}. */
    Value derived(Value source, Object how, Supplier<Value> make) {
        ExpandedFrom key = new ExpandedFrom(source.name(), how);
        Value known = derived.get(key);
        if (known == null) {
            known = make.get();
            derived.put(key, known);
        }
        return known;
    }

    /** A constant. */
    Value constant(Tensor tensor) {
        return add(new Op.Constant(new Literal(tensor)));
    }

    /** {@code value} as a tensor of {@code type} and {@code shape}, all elements equal. */
    Value filled(double value, DType type, Shape shape) {
        Value scalar;
        if (type == DType.F64) {
            scalar = constant(Tensor.of(new double[] {value}));
        } else if (type == DType.I64) {
            scalar = constant(Tensor.of(new long[] {(long) value}));
        } else {
            scalar = constant(Tensor.of(new float[] {(float) value}));
        }
        Value typed = scalar.type().dtype() == type ? scalar : add(new Op.Cast(type, false), scalar);
        Value plain = add(new Op.Reshape(Shape.SCALAR), typed);
        return shape.rank() == 0 ? plain : add(new Op.Broadcast(shape), plain);
    }

    /** {@code left ∘ right}. */
    Value binary(BinaryOp function, Value left, Value right) {
        return add(new Op.Binary(function), left, right);
    }

    /** {@code value} under {@code shape}. */
    Value reshape(Value value, Shape shape) {
        return value.type().shape().equals(shape) ? value : add(new Op.Reshape(shape), value);
    }

    /** {@code value} with its last two axes exchanged. */
    Value turned(Value value) {
        int rank = value.type().shape().rank();
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.swap(order, rank - 2, rank - 1);
        Optional<Literal> turned = producer(value)
                .map(Node::op)
                .filter(Op.Constant.class::isInstance)
                .flatMap(op -> ((Op.Constant) op).literal().transposed(order));
        return turned.isPresent() ? add(new Op.Constant(turned.get())) : add(new Op.Transpose(order), value);
    }

    /** The node that gives {@code value}; none for an input. */
    Optional<Node> producer(Value value) {
        return Optional.ofNullable(producers.get(value.name()));
    }

    /** The graph with the nodes added. */
    Graph graph(Graph original) {
        return original.with(nodes, original.outputs());
    }

    private String freshName() {
        while (true) {
            String name = "e" + fresh++;
            if (names.add(name)) {
                return name;
            }
        }
    }
}
