package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code attention(q, k, v, mask)  ->  contract(softmax(contract(q, k)*scale + mask), v)} where no template does it whole; else the mask is
 * a number for each pair, and neighbouring queries lie side by side in it.
 */
final class ExpandAttention {
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
     * A mask with neighbouring queries side by side, once for all that it is the same for. Lanes read bools as numbers, if
     * they differ between queries; what they read is made once for all that have the mask.
     */
    private static Value byKeys(Expansion expansion, Value mask) {
        Value source = expansion
                .producer(mask)
                .filter(node -> node.op() instanceof Op.Broadcast)
                .map(node -> node.input(0))
                .orElse(mask);
        List<Dim> dims = new ArrayList<>(source.type().shape().dims());
        while (dims.size() < 4) {
            dims.addFirst(Dim.ONE);
        }
        boolean asNumbers = source.type().dtype() == DType.BOOL && !dims.get(2).is(1);
        Value turned = expansion.derived(source, AttentionTemplate.class, () -> {
            Value whole = expansion.reshape(source, new Shape(dims));
            return expansion.turned(asNumbers ? expansion.add(new Op.Cast(DType.F32, false), whole) : whole);
        });
        Shape shape = turned.type().shape();
        return asNumbers
                ? expansion.add(new Op.Compare(CompareOp.NE), turned, expansion.filled(0, DType.F32, shape))
                : turned;
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
