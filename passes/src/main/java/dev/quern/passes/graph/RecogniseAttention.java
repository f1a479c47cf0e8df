package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds {@code softmax(q·kᵀ*scale + mask)·v} and makes it one {@link Op.Attention}.
 *
 * <p>Spellings: products with their operands and axes in any order; scores scaled by numbers before and after a mask is added, or replaced by a
 * number where a condition does not hold; leading axes joined or taken apart in between; keys and values repeated for the heads that share
 * them. What is inside is read by nothing else.
 */
final class RecogniseAttention {
    static final List<Rule> RULES =
            List.of(new Rule("softmax(q k^T * scale + mask) v = attention(q, k, v, mask)", RecogniseAttention::found));

    private RecogniseAttention() {}

    private static Optional<Value> found(Node node, Rewriting rewriting) {
        return Stream.of(0, 1)
                .flatMap(side -> AttentionProduct.values(node, side).stream())
                .flatMap(values -> attention(node, values, rewriting).stream())
                .findFirst();
    }

    private static Optional<Value> attention(Node node, AttentionProduct values, Rewriting rewriting) {
        return softmax(values.weights(), rewriting)
                .flatMap(softmax -> AttentionScores.of(softmax.input(0), rewriting))
                .filter(scores -> scores.product().isAlike(values))
                .map(scores -> joined(node, values, scores, rewriting));
    }

    /** The softmax over the last axis that gives {@code weights}, perhaps under another shape. */
    private static Optional<Node> softmax(Value weights, Rewriting rewriting) {
        return AttentionScores.single(weights, rewriting)
                .flatMap(node -> node.op() instanceof Op.Reshape && AttentionScores.keepsPairs(node)
                        ? AttentionScores.single(node.input(0), rewriting)
                        : Optional.of(node))
                .filter(node -> node.op() instanceof Op.Softmax(int axis, boolean logarithm)
                        && !logarithm
                        && axis == node.output().type().shape().rank() - 1);
    }

    private static Value joined(Node node, AttentionProduct values, AttentionScores scores, Rewriting rewriting) {
        String origin = node.origin();
        List<Dim> leading = scores.leading();
        Value q = laid(scores.product().rows(), leading, origin, rewriting);
        Value k = scores.product().columns().value();
        Value v = values.columns().value();
        Optional<Value> sharedKeys = shared(scores.product().columns(), leading, origin, rewriting);
        Optional<Value> sharedValues = shared(values.columns(), leading, origin, rewriting);
        boolean areShared = sharedKeys.isPresent()
                && sharedValues.isPresent()
                && sharedKeys
                        .get()
                        .type()
                        .shape()
                        .dim(1)
                        .equals(sharedValues.get().type().shape().dim(1));
        k = areShared ? sharedKeys.get() : laid(scores.product().columns(), leading, origin, rewriting);
        v = areShared ? sharedValues.get() : laid(values.columns(), leading, origin, rewriting);
        List<Value> operands = new ArrayList<>(List.of(q, k, v));
        scores.mask(q.type().shape(), k.type().shape(), origin, rewriting).ifPresent(operands::add);
        Value all = rewriting
                .emitAll(new Op.Attention(scores.scale(), false, false, scores.hidden()), operands, origin)
                .getFirst();
        Shape shape = node.output().type().shape();
        List<Integer> order = values.order();
        List<Dim> dims = new ArrayList<>(shape.dims());
        for (int axis = 0; axis < order.size(); axis++) {
            dims.set(order.get(axis), shape.dim(axis));
        }
        Value apart = reshaped(all, new Shape(dims), origin, rewriting);
        return transposed(apart, order, origin, rewriting);
    }

    /** The operand of a product as [B, H, its own axis, the other axis], where {@code leading} is [B, H]. */
    private static Value laid(
            AttentionProduct.ProductOperand operand, List<Dim> leading, String origin, Rewriting rewriting) {
        Value ordered = transposed(operand.value(), operand.order(), origin, rewriting);
        Shape shape = ordered.type().shape();
        return reshaped(
                ordered, Shape.of(leading.get(0), leading.get(1), shape.dim(-2), shape.dim(-1)), origin, rewriting);
    }

    /** The heads that {@code operand} has before each is repeated; empty if they are not. */
    private static Optional<Value> shared(
            AttentionProduct.ProductOperand operand, List<Dim> leading, String origin, Rewriting rewriting) {
        Value value = operand.value();
        Shape whole = value.type().shape();
        Optional<Node> repeat = rewriting
                .producer(value, Op.Reshape.class)
                .flatMap(node -> rewriting.producer(node.input(0), Op.Broadcast.class));
        if (repeat.isEmpty()
                || whole.rank() != 4
                || !operand.isInOrder()
                || !List.of(whole.dim(0), whole.dim(1)).equals(leading)) {
            return Optional.empty();
        }
        Shape apart = repeat.get().output().type().shape();
        Value source = repeat.get().input(0);
        Shape once = source.type().shape();
        boolean repeats = apart.rank() == 5
                && once.rank() == 5
                && once.dim(2).is(1)
                && once.with(2, apart.dim(2)).equals(apart)
                && apart.dim(0).equals(whole.dim(0))
                && apart.dim(1).times(apart.dim(2)).equals(whole.dim(1))
                && apart.dim(3).equals(whole.dim(2))
                && apart.dim(4).equals(whole.dim(3));
        return repeats
                ? Optional.of(reshaped(
                        source, Shape.of(once.dim(0), once.dim(1), once.dim(3), once.dim(4)), origin, rewriting))
                : Optional.empty();
    }

    static Value reshaped(Value value, Shape shape, String origin, Rewriting rewriting) {
        return value.type().shape().equals(shape) ? value : rewriting.emit(new Op.Reshape(shape), origin, value);
    }

    private static Value transposed(Value value, List<Integer> order, String origin, Rewriting rewriting) {
        boolean isSame = order.equals(order.stream().sorted().toList());
        return isSame ? value : rewriting.emit(new Op.Transpose(order), origin, value);
    }
}
