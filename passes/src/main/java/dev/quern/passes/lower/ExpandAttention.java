package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code attention(q, k, v, mask)  ->  contract(softmax(contract(q, k)*scale + mask), v)} where no template does it whole; else the mask is
 * a number for each pair, and neighbouring queries lie side by side in it.
 */
final class ExpandAttention {
    /** Batch, heads, and two more. */
    private static final int AXES = 4;

    /** Sums in sums, of which a mask is computed where it is read. */
    private static final int MOST_SUMS = 2;

    private ExpandAttention() {}

    static void attention(Expansion expansion, Node node, Op.Attention attention) {
        if (AttentionTemplate.covers(node)) {
            expansion.keep(prepared(expansion, node, attention));
        } else {
            spelled(expansion, node, attention);
        }
    }

    private static Node prepared(Expansion expansion, Node node, Op.Attention attention) {
        if (node.inputs().size() == 3 || attention.byKeys()) {
            return node;
        }
        Shape shape = node.input(3).type().shape();
        Value mask = byKeys(expansion, node.input(3));
        Value spread =
                expansion.add(new Op.Broadcast(Shape.of(shape.dim(0), shape.dim(1), shape.dim(3), shape.dim(2))), mask);
        return new Node(
                new Op.Attention(attention.scale(), attention.causal(), true, attention.hidden()),
                List.of(node.input(0), node.input(1), node.input(2), mask),
                node.outputs(),
                node.origin());
    }

    /**
     * A mask with neighbouring queries side by side, in 1 where it is the same for all. Lanes read bools as numbers, if they differ between queries; what
     * they read is made once for all that have the mask.
     */
    private static Value byKeys(Expansion expansion, Value mask) {
        Optional<Node> producer = expansion.producer(mask);
        if (producer.isPresent() && isSum(producer.get(), expansion, MOST_SUMS)) {
            List<Value> parts = producer.get().inputs().stream()
                    .map(part -> byKeys(expansion, part))
                    .toList();
            List<Dim> dims = new ArrayList<>();
            for (int axis = 0; axis < AXES; axis++) {
                Dim first = parts.get(0).type().shape().dim(axis);
                dims.add(first.is(1) ? parts.get(1).type().shape().dim(axis) : first);
            }
            Op.Broadcast all = new Op.Broadcast(new Shape(dims));
            return expansion.add(
                    producer.get().op(), expansion.add(all, parts.get(0)), expansion.add(all, parts.get(1)));
        }
        Value source = source(mask, expansion);
        Shape shape = wide(source);
        boolean asNumbers = source.type().dtype() == DType.BOOL && !shape.dim(2).is(1);
        Value turned = expansion.derived(source, AttentionTemplate.class, () -> {
            Value whole = literal(source, expansion)
                    .flatMap(literal -> shape.asConstant().flatMap(literal::reshaped))
                    .map(literal -> expansion.add(new Op.Constant(literal)))
                    .orElseGet(() -> expansion.reshape(source, shape));
            return expansion.turned(asNumbers ? expansion.add(new Op.Cast(DType.F32, false), whole) : whole);
        });
        return asNumbers
                ? expansion.add(
                        new Op.Compare(CompareOp.NE),
                        turned,
                        expansion.filled(0, DType.F32, turned.type().shape()))
                : turned;
    }

    /** What {@code mask} is a broadcast of. */
    private static Value source(Value mask, Expansion expansion) {
        return expansion
                .producer(mask)
                .filter(node -> node.op() instanceof Op.Broadcast)
                .map(node -> node.input(0))
                .orElse(mask);
    }

    /** The shape of {@code source} with axes for batch and heads. */
    private static Shape wide(Value source) {
        List<Dim> dims = new ArrayList<>(source.type().shape().dims());
        while (dims.size() < AXES) {
            dims.addFirst(Dim.ONE);
        }
        return new Shape(dims);
    }

    /** Whether {@code node} adds or multiplies masks that lie side by side as they are read, or are so already, so that the result need not be stored. */
    private static boolean isSum(Node node, Expansion expansion, int most) {
        return most > 0
                && node.op() instanceof Op.Binary(BinaryOp function)
                && (function == BinaryOp.ADD || function == BinaryOp.MUL)
                && node.inputs().stream().allMatch(part -> {
                    Optional<Node> producer = expansion.producer(part);
                    Value source = source(part, expansion);
                    Shape shape = wide(source);
                    return producer.isPresent() && isSum(producer.get(), expansion, most - 1)
                            || shape.dim(2).is(1)
                            || shape.dim(3).is(1)
                            || literal(source, expansion).isPresent();
                });
    }

    private static Optional<Literal> literal(Value value, Expansion expansion) {
        return expansion
                .producer(value)
                .map(Node::op)
                .filter(Op.Constant.class::isInstance)
                .map(op -> ((Op.Constant) op).literal());
    }

    private static void spelled(Expansion expansion, Node node, Op.Attention attention) {
        Value q = node.input(0);
        Value k = node.input(1);
        Value v = node.input(2);
        Shape heads = q.type().shape();
        Dim groups = k.type().shape().dim(1);
        Dim perGroup = heads.dim(1).floorDiv(groups);
        Dim rows = heads.dim(2);
        Dim columns = k.type().shape().dim(2);
        DType type = q.type().dtype();
        Shape scoresShape = Shape.of(heads.dim(0), heads.dim(1), rows, columns);
        boolean grouped = !groups.equals(heads.dim(1));
        Value scores;
        if (grouped) {
            Value split = expansion.reshape(q, Shape.of(heads.dim(0), groups, perGroup, rows, heads.dim(3)));
            Op.Contract product = new Op.Contract(
                    List.of("b", "g", "r", "s", "d"),
                    List.of("b", "g", "t", "d"),
                    List.of("b", "g", "r", "s", "t"),
                    type);
            scores = expansion.reshape(contract(expansion, product, split, k), scoresShape);
        } else {
            Op.Contract product = new Op.Contract(
                    List.of("b", "h", "s", "d"), List.of("b", "h", "t", "d"), List.of("b", "h", "s", "t"), type);
            scores = contract(expansion, product, q, k);
        }
        Value scaled = expansion.binary(BinaryOp.MUL, scores, expansion.filled(attention.scale(), type, scoresShape));
        Value masked = scaled;
        Value hidden = expansion.filled(Double.NEGATIVE_INFINITY, type, scoresShape);
        if (node.inputs().size() > 3) {
            Value mask = attention.byKeys()
                    ? expansion.add(
                            new Op.Broadcast(scoresShape),
                            expansion.add(new Op.Transpose(List.of(0, 1, 3, 2)), node.input(3)))
                    : node.input(3);
            masked = mask.type().dtype() == DType.BOOL
                    ? expansion.add(
                            new Op.Select(), mask, masked, expansion.filled(attention.hidden(), type, scoresShape))
                    : expansion.binary(BinaryOp.ADD, masked, mask);
        }
        if (attention.causal()) {
            Value key = expansion.add(new Op.Iota(DType.I64, scoresShape, 3));
            Value query = expansion.add(new Op.Iota(DType.I64, scoresShape, 2));
            Value shift = expansion.add(new Op.DimValues(List.of(columns.minus(rows)), Shape.SCALAR));
            Value last = expansion.binary(BinaryOp.ADD, query, expansion.add(new Op.Broadcast(scoresShape), shift));
            Value visible = expansion.add(new Op.Compare(CompareOp.LE), key, last);
            masked = expansion.add(new Op.Select(), visible, masked, hidden);
        }
        Value weights = expansion.add(new Op.Softmax(3, false), masked);
        if (grouped) {
            Value split = expansion.reshape(weights, Shape.of(heads.dim(0), groups, perGroup, rows, columns));
            Op.Contract product = new Op.Contract(
                    List.of("b", "g", "r", "s", "t"),
                    List.of("b", "g", "t", "e"),
                    List.of("b", "g", "r", "s", "e"),
                    type);
            Value joined = expansion.add(product, split, v);
            expansion.give(node.output(), new Op.Reshape(node.output().type().shape()), joined);
        } else {
            Op.Contract product = new Op.Contract(
                    List.of("b", "h", "s", "t"), List.of("b", "h", "t", "e"), List.of("b", "h", "s", "e"), type);
            expansion.give(node.output(), product, weights, v);
        }
    }

    private static Value contract(Expansion expansion, Op.Contract product, Value left, Value right) {
        List<Integer> order = List.of(0, 1, 3, 2);
        Value turned = expansion.add(new Op.Transpose(order), right);
        List<String> names = order.stream().map(product.right()::get).toList();
        return expansion.add(
                new Op.Contract(product.left(), names, product.result(), product.accumulate()), left, turned);
    }
}
