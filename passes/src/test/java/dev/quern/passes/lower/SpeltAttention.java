package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Attention spelt out: axes of operands in any order, batch and heads together or apart, keys for several heads, and masks of every form, added
 * or chosen by, spread along any axes, given or computed of positions.
 */
final class SpeltAttention {
    private static final List<String> SCORES = List.of("b", "h", "s", "t");

    private final Random random;
    private final GraphBuilder builder;
    private final Function<TensorType, Value> given;

    /**
     * @param given makes a value of a type
     */
    SpeltAttention(Random random, GraphBuilder builder, Function<TensorType, Value> given) {
        this.random = random;
        this.builder = builder;
        this.given = given;
    }

    /** Attention of the queries {@code x} [B, H, S, D] to {@code keys} keys. */
    Value over(Value x, Dim keys) {
        Shape queries = x.type().shape();
        Dim heads = queries.dim(1);
        Dim groups = heads.isConstant() && heads.constant() % 2 == 0 && random.nextInt(3) == 0
                ? heads.floorDiv(Dim.of(2))
                : heads;
        Value k = shared(given(queries.dim(0), groups, keys, queries.dim(3)), heads);
        Value v = shared(given(queries.dim(0), groups, keys, Dim.of(3)), heads);
        Shape shape = Shape.of(queries.dim(0), heads, queries.dim(2), keys);
        boolean together = random.nextInt(4) == 0;
        Value scores = together
                ? builder.reshape(
                        product(
                                joined(x),
                                List.of("b", "s", "d"),
                                joined(k),
                                List.of("b", "t", "d"),
                                List.of("b", "s", "t")),
                        shape)
                : product(x, List.of("b", "h", "s", "d"), k, List.of("b", "h", "t", "d"), SCORES);
        for (int steps = random.nextInt(4); steps > 0; steps--) {
            scores = changed(scores);
        }
        Value weights = builder.add(new Op.Softmax(3, false), scores);
        if (together) {
            Value sums = product(
                    joined(weights), List.of("b", "s", "t"), joined(v), List.of("b", "t", "e"), List.of("b", "s", "e"));
            return builder.reshape(sums, queries.with(3, Dim.of(3)));
        }
        List<String> result = random.nextBoolean() ? List.of("b", "h", "s", "e") : List.of("b", "s", "h", "e");
        return product(weights, SCORES, v, List.of("b", "h", "t", "e"), result);
    }

    private Value given(Dim... dims) {
        return given.apply(new TensorType(DType.F32, Shape.of(dims)));
    }

    /** {@code x} [B, G, T, D], each of its heads as often as it takes to have so many. */
    private Value shared(Value x, Dim heads) {
        Shape shape = x.type().shape();
        Dim groups = shape.dim(1);
        if (groups.equals(heads)) {
            return x;
        }
        Dim each = heads.floorDiv(groups);
        Value apart = builder.reshape(x, Shape.of(shape.dim(0), groups, Dim.ONE, shape.dim(2), shape.dim(3)));
        Value repeated = builder.broadcast(apart, Shape.of(shape.dim(0), groups, each, shape.dim(2), shape.dim(3)));
        return builder.reshape(repeated, shape.with(1, heads));
    }

    private Value joined(Value x) {
        Shape shape = x.type().shape();
        return builder.reshape(x, Shape.of(shape.dim(0).times(shape.dim(1)), shape.dim(2), shape.dim(3)));
    }

    /** A product whose operands come in either order, and with their axes in any. */
    private Value product(Value x, List<String> xs, Value y, List<String> ys, List<String> result) {
        List<Integer> first = order(xs.size());
        List<Integer> second = order(ys.size());
        Value left = builder.transpose(x, first);
        Value right = builder.transpose(y, second);
        List<String> lefts = first.stream().map(xs::get).toList();
        List<String> rights = second.stream().map(ys::get).toList();
        return random.nextBoolean()
                ? builder.add(new Op.Contract(lefts, rights, result, DType.F32), left, right)
                : builder.add(new Op.Contract(rights, lefts, result, DType.F32), right, left);
    }

    private List<Integer> order(int rank) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        if (random.nextBoolean()) {
            Collections.shuffle(order, random);
        }
        return order;
    }

    /** Scores scaled, or with a mask. */
    private Value changed(Value scores) {
        Shape shape = scores.type().shape();
        return switch (random.nextInt(4)) {
            case 0 -> builder.binary(BinaryOp.MUL, scores, filled(0.5, shape));
            case 1 -> builder.binary(BinaryOp.DIV, scores, filled(2, shape));
            case 2 -> {
                Value mask = builder.broadcast(mask(shape), shape);
                yield random.nextBoolean()
                        ? builder.binary(BinaryOp.ADD, scores, mask)
                        : builder.binary(BinaryOp.ADD, mask, scores);
            }
            default -> {
                boolean causal = random.nextBoolean();
                double hidden = causal && random.nextBoolean() ? Double.NEGATIVE_INFINITY : -2.5;
                Value condition = causal ? causal(shape) : chosen(shape);
                yield random.nextBoolean()
                        ? builder.select(builder.broadcast(condition, shape), scores, filled(hidden, shape))
                        : builder.select(
                                builder.broadcast(builder.unary(UnaryOp.NOT, condition), shape),
                                filled(hidden, shape),
                                scores);
            }
        };
    }

    private Value filled(double number, Shape shape) {
        return builder.broadcast(builder.scalar(DType.F32, number), shape);
    }

    /** What is to be added to scores. */
    private Value mask(Shape shape) {
        if (random.nextInt(3) > 0) {
            return given.apply(new TensorType(DType.F32, part(shape)));
        }
        Value visible = random.nextBoolean() ? causal(shape) : chosen(shape);
        Shape own = visible.type().shape();
        return builder.select(visible, filled(0, own), filled(-1e4, own));
    }

    /** Some of the axes, the rest being 1 or not there. */
    private Shape part(Shape shape) {
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : shape.dims().subList(random.nextInt(shape.rank()), shape.rank())) {
            dims.add(random.nextInt(3) == 0 ? Dim.ONE : dim);
        }
        return new Shape(dims);
    }

    private Value chosen(Shape shape) {
        Value numbers = given.apply(new TensorType(DType.F32, part(shape)));
        return builder.compare(CompareOp.GT, numbers, filled(-1, numbers.type().shape()));
    }

    /** Whether a key is no later than a query, or than some keys behind it; the first key always is. */
    private Value causal(Shape shape) {
        Shape pairs = Shape.of(shape.dim(2), shape.dim(3));
        Value query = builder.add(new Op.Iota(DType.I64, pairs, 0));
        Value key = builder.add(new Op.Iota(DType.I64, pairs, 1));
        Value last = builder.binary(
                BinaryOp.ADD, query, builder.broadcast(builder.scalar(DType.I64, random.nextInt(3)), pairs));
        return random.nextBoolean()
                ? builder.compare(CompareOp.LE, key, last)
                : builder.compare(CompareOp.GE, last, key);
    }
}
