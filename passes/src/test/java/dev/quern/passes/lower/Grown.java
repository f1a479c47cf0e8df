package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
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
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Concatenations in concatenations, whose parts are computed in their places and read again: of the whole, of parts and of slices. */
final class Grown {
    private static final int MOST_ROUNDS = 4;

    private final Random random;
    private final GraphBuilder builder;
    private final Function<TensorType, Value> given;
    private final Predicate<Shape> fits;

    /**
     * @param given makes a value of a type
     * @param fits whether a shape is not too large
     */
    Grown(Random random, GraphBuilder builder, Function<TensorType, Value> given, Predicate<Shape> fits) {
        this.random = random;
        this.builder = builder;
        this.given = given;
        this.fits = fits;
    }

    /** A block grown from {@code x}, of any rank but 0. */
    Value block(Value x) {
        Value whole = x;
        List<Value> parts = new ArrayList<>(List.of(x));
        for (int round = 1 + random.nextInt(MOST_ROUNDS); round > 0; round--) {
            int axis = random.nextInt(whole.type().shape().rank());
            Value part = layer(random.nextInt(4) == 0 ? parts.get(random.nextInt(parts.size())) : whole);
            if (joins(whole, part, axis)
                    && fits.test(whole.type().shape())
                    && fits.test(part.type().shape())) {
                Value joined = random.nextInt(4) == 0
                        ? builder.add(new Op.Concat(axis), part, whole, part)
                        : builder.add(new Op.Concat(axis), whole, part);
                parts.add(part);
                whole = joined;
            }
        }
        if (random.nextInt(3) == 0) {
            whole = padded(random.nextBoolean() ? layer(whole) : whole);
        }
        Value last = parts.getLast();
        return switch (random.nextInt(4)) {
            case 0 -> layer(last);
            case 1 -> sliced(whole);
            case 2 ->
                whole.type().shape().equals(last.type().shape())
                        ? builder.binary(BinaryOp.SUB, whole, last)
                        : layer(whole);
            default -> whole;
        };
    }

    private static boolean joins(Value whole, Value part, int axis) {
        Shape left = whole.type().shape();
        Shape right = part.type().shape();
        return left.rank() == right.rank()
                && IntStream.range(0, left.rank())
                        .allMatch(other -> other == axis || left.dim(other).equals(right.dim(other)));
    }

    /** What a template computes, or elementwise work, of the same shape but perhaps for the last axis. */
    private Value layer(Value x) {
        Shape shape = x.type().shape();
        int last = shape.rank() - 1;
        Dim width = shape.dim(last);
        return switch (random.nextInt(6)) {
            case 0 -> builder.add(new Op.Softmax(random.nextInt(shape.rank()), false), x);
            case 1 -> builder.unary(UnaryOp.TANH, x);
            case 2 -> builder.unary(UnaryOp.NEG, sliced(x));
            default -> {
                List<String> axes = IntStream.range(0, shape.rank())
                        .mapToObj(axis -> "a" + axis)
                        .toList();
                List<String> result = new ArrayList<>(axes);
                result.set(last, "n");
                Dim columns = random.nextBoolean() ? width : Dim.of(8L * (1 + random.nextInt(2)));
                // Weighted means, so that layers upon layers do not magnify roundings.
                Value weights = builder.add(
                        new Op.Softmax(0, false), given.apply(new TensorType(DType.F32, Shape.of(width, columns))));
                Value product =
                        builder.add(new Op.Contract(axes, List.of(axes.get(last), "n"), result, DType.F32), x, weights);
                yield random.nextBoolean() ? builder.unary(UnaryOp.TANH, product) : product;
            }
        };
    }

    private Value padded(Value x) {
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < x.type().shape().rank(); axis++) {
            before.add(Dim.of(random.nextInt(2)));
            after.add(Dim.of(random.nextInt(3) * random.nextInt(2)));
        }
        Value fill = given.apply(new TensorType(DType.F32, Shape.SCALAR));
        return builder.add(new Op.Pad(Op.PadMode.CONSTANT, before, after), x, fill);
    }

    /** All but the first of one axis, or the first half of it. */
    private Value sliced(Value x) {
        Shape shape = x.type().shape();
        int axis = random.nextInt(shape.rank());
        Dim extent = shape.dim(axis);
        if (!extent.isConstant() || extent.constant() < 2) {
            return x;
        }
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        boolean half = random.nextBoolean();
        if (!half) {
            starts.set(axis, Dim.ONE);
        }
        Dim left = half ? Dim.of(extent.constant() / 2) : extent.minus(1);
        return builder.add(new Op.Slice(starts, Collections.nCopies(shape.rank(), 1L), shape.with(axis, left)), x);
    }
}
