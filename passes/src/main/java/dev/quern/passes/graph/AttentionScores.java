package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What a softmax is taken of, as {@code product * scale + mask}, or with a number in the place of scores.
 *
 * @param product of queries and keys
 * @param scale of the product
 * @param addends masks that are added, each with what it is to be multiplied by
 * @param condition where scores are kept; empty if they all are
 * @param hidden what takes their place
 * @param shapes what scores are shaped like on the way, without the last two axes; the product's last
 */
record AttentionScores(
        AttentionProduct product,
        double scale,
        List<ScaledMask> addends,
        Optional<SeenWhere> condition,
        double hidden,
        List<List<Dim>> shapes) {
    /** Operations between product and softmax. */
    private static final int DEEPEST = 8;

    record ScaledMask(Value value, double factor) {}

    /** Scores are seen where {@code condition} is {@code holds}. */
    record SeenWhere(Value condition, boolean holds) {}

    AttentionScores {
        addends = List.copyOf(addends);
        shapes = List.copyOf(shapes);
    }

    /** The scores that {@code value} is, if nothing else needs what they are made of. */
    static Optional<AttentionScores> of(Value value, Rewriting rewriting) {
        return of(value, 1, DEEPEST, rewriting)
                .filter(scores -> scores.addends.isEmpty() || scores.condition.isEmpty());
    }

    /** The node that gives {@code value}, which nothing but one other needs. */
    static Optional<Node> single(Value value, Rewriting rewriting) {
        return rewriting.producer(value).filter(node -> node.outputs().size() == 1 && rewriting.uses(value) == 1);
    }

    /** Whether a reshape leaves the last two axes as they are. */
    static boolean keepsPairs(Node reshape) {
        Shape from = reshape.input(0).type().shape();
        Shape to = reshape.output().type().shape();
        return from.rank() >= 2
                && to.rank() >= 2
                && from.dim(-1).equals(to.dim(-1))
                && from.dim(-2).equals(to.dim(-2));
    }

    private static Optional<AttentionScores> of(Value value, double factor, int depth, Rewriting rewriting) {
        Optional<Node> producer = single(value, rewriting);
        if (producer.isEmpty() || depth == 0 || value.type().dtype() != DType.F32) {
            return Optional.empty();
        }
        Node node = producer.get();
        Optional<AttentionScores> found = switch (node.op()) {
            case Op.Contract _ ->
                Stream.of(0, 1)
                        .flatMap(side -> AttentionProduct.scores(node, side).stream())
                        .map(product -> new AttentionScores(
                                product,
                                factor,
                                List.of(),
                                Optional.empty(),
                                Double.NEGATIVE_INFINITY,
                                List.of(product.leading())))
                        .findFirst();
            case Op.Binary(BinaryOp function) -> binary(node, function, factor, depth, rewriting);
            case Op.Select _ -> select(node, factor, depth, rewriting);
            case Op.Reshape _ when keepsPairs(node) -> of(node.input(0), factor, depth - 1, rewriting);
            default -> Optional.empty();
        };
        return found.map(scores -> scores.shaped(value.type().shape()));
    }

    private static Optional<AttentionScores> binary(
            Node node, BinaryOp function, double factor, int depth, Rewriting rewriting) {
        for (int side = 0; side < 2; side++) {
            Value other = node.input(1 - side);
            Value own = node.input(side);
            OptionalDouble number = ArithmeticRules.uniform(other, rewriting);
            if (function == BinaryOp.MUL && number.isPresent()) {
                return of(own, factor * number.getAsDouble(), depth - 1, rewriting);
            }
            if (function == BinaryOp.DIV && side == 0 && number.isPresent()) {
                return of(own, factor / number.getAsDouble(), depth - 1, rewriting);
            }
            if (function == BinaryOp.ADD) {
                Optional<AttentionScores> found =
                        of(own, factor, depth - 1, rewriting).map(scores -> scores.plus(new ScaledMask(other, factor)));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Scores that stay where a condition holds, or where it does not, and are a number elsewhere. */
    private static Optional<AttentionScores> select(Node node, double factor, int depth, Rewriting rewriting) {
        for (int side = 1; side <= 2; side++) {
            OptionalDouble hidden = ArithmeticRules.uniform(node.input(3 - side), rewriting);
            boolean holds = side == 1;
            Optional<AttentionScores> found = hidden.isEmpty()
                    ? Optional.empty()
                    : of(node.input(side), factor, depth - 1, rewriting)
                            .filter(scores -> scores.condition.isEmpty())
                            .map(scores ->
                                    scores.where(new SeenWhere(node.input(0), holds), hidden.getAsDouble() * factor));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private AttentionScores plus(ScaledMask mask) {
        List<ScaledMask> all = new ArrayList<>(addends);
        all.add(mask);
        return new AttentionScores(product, scale, all, condition, hidden, shapes);
    }

    private AttentionScores where(SeenWhere seen, double otherwise) {
        return new AttentionScores(product, scale, addends, Optional.of(seen), otherwise, shapes);
    }

    private AttentionScores shaped(Shape shape) {
        List<List<Dim>> all = new ArrayList<>();
        all.add(shape.dims().subList(0, shape.rank() - 2));
        all.addAll(shapes);
        return new AttentionScores(product, scale, addends, condition, hidden, all);
    }

    /** Batch and heads: two leading axes as they are somewhere on the way, or all of the product's and 1. */
    List<Dim> leading() {
        return shapes.stream()
                .filter(dims -> dims.size() == 2)
                .findFirst()
                .orElseGet(() -> List.of(Dim.product(product.leading()), Dim.ONE));
    }

    /** The mask for queries [B, H, S, …] and keys [B, …, T, …]; empty if there is none. */
    Optional<Value> mask(Shape queries, Shape keys, String origin, Rewriting rewriting) {
        Shape shape = Shape.of(queries.dim(0), queries.dim(1), queries.dim(2), keys.dim(2));
        if (condition.isPresent()) {
            return condition.map(seen -> spread(seen, shape, origin, rewriting));
        }
        return addends.stream()
                .map(mask -> scaled(mask, shape, origin, rewriting))
                .reduce((left, right) -> rewriting.emit(new Op.Binary(BinaryOp.ADD), origin, left, right));
    }

    private static Value scaled(ScaledMask mask, Shape shape, String origin, Rewriting rewriting) {
        Value value = spread(mask.value(), shape, origin, rewriting);
        if (mask.factor() == 1) {
            return value;
        }
        Value factor = rewriting.constant(Tensor.of(new float[] {(float) mask.factor()}), origin);
        return rewriting.emit(
                new Op.Binary(BinaryOp.MUL), origin, value, rewriting.emit(new Op.Broadcast(shape), origin, factor));
    }

    /** {@code mask} under {@code shape}: a broadcast of what varies, where the axes along which that lies are axes of {@code shape}. */
    private static Value spread(Value mask, Shape shape, String origin, Rewriting rewriting) {
        Value varying = varying(mask, shape, origin, rewriting);
        return broadcast(varying, shape, origin, rewriting);
    }

    private static Value spread(SeenWhere seen, Shape shape, String origin, Rewriting rewriting) {
        Value varying = varying(seen.condition(), shape, origin, rewriting);
        Value holds = seen.holds() ? varying : rewriting.emit(new Op.Unary(UnaryOp.NOT), origin, varying);
        return broadcast(holds, shape, origin, rewriting);
    }

    private static Value broadcast(Value varying, Shape shape, String origin, Rewriting rewriting) {
        return varying.type().shape().equals(shape)
                ? varying
                : rewriting.emit(new Op.Broadcast(shape), origin, varying);
    }

    /** What of {@code mask} varies, with axes of one for the others of {@code shape}; all of it where it lies along other axes. */
    private static Value varying(Value mask, Shape shape, String origin, Rewriting rewriting) {
        Value whole = RecogniseAttention.reshaped(mask, shape, origin, rewriting);
        Spread behind = Spread.of(whole, rewriting);
        List<Dim> dims = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ONE));
        int last = -1;
        for (int axis = 0; axis < behind.axes().size(); axis++) {
            Dim extent = behind.value().type().shape().dim(axis);
            int place = behind.axes().get(axis);
            if (!extent.is(1)) {
                if (place <= last) {
                    return whole;
                }
                dims.set(place, extent);
                last = place;
            }
        }
        return RecogniseAttention.reshaped(behind.value(), new Shape(dims), origin, rewriting);
    }
}
