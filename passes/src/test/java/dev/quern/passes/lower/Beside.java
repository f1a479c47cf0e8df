package dev.quern.passes.lower;

import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A value beside itself read at other indices: transposed, reversed, rotated, reduced and spread again, and so on. */
final class Beside {
    private static final BinaryOp[] FUNCTIONS = {BinaryOp.ADD, BinaryOp.SUB, BinaryOp.MAX, BinaryOp.MUL};

    private final Random random;
    private final GraphBuilder builder;

    Beside(Random random, GraphBuilder builder) {
        this.random = random;
        this.builder = builder;
    }

    /** {@code x}, or a view of it, joined with another view of it. */
    Value join(Value x) {
        if (x.type().shape().rank() > 0 && random.nextInt(4) == 0) {
            return headed(x);
        }
        Value left = random.nextInt(3) == 0 ? view(x) : x;
        Value joined = builder.binary(FUNCTIONS[random.nextInt(FUNCTIONS.length)], left, view(x));
        return random.nextInt(3) == 0 ? builder.binary(BinaryOp.SUB, joined, view(x)) : joined;
    }

    /** Rows behind one made of the first, and that one taken from all. */
    private Value headed(Value x) {
        Value head = builder.unary(UnaryOp.NEG, sliced(x, 0, Dim.ZERO, 1, Dim.ONE));
        Value whole = random.nextBoolean()
                ? builder.add(new Op.Concat(0), head, builder.unary(UnaryOp.ABS, x))
                : builder.add(new Op.Concat(0), builder.unary(UnaryOp.ABS, x), head);
        return builder.binary(
                BinaryOp.SUB, whole, builder.broadcast(head, whole.type().shape()));
    }

    /** ElementExpressions of {@code x} under its own shape, in other places. */
    private Value view(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() == 0) {
            return x;
        }
        int axis = random.nextInt(shape.rank());
        Dim extent = shape.dim(axis);
        boolean several = extent.isConstant() && extent.constant() > 1;
        return switch (random.nextInt(7)) {
            case 0 -> sliced(x, axis, extent.minus(1), -1, extent);
            case 1 -> builder.broadcast(sliced(x, axis, Dim.ZERO, 1, Dim.ONE), shape);
            case 2 -> spread(x, axis);
            case 3 -> several ? rotated(x, axis) : x;
            case 4 -> several ? shuffled(x, axis) : x;
            default -> turned(x);
        };
    }

    private Value sliced(Value x, int axis, Dim start, long step, Dim extent) {
        int rank = x.type().shape().rank();
        List<Dim> starts = new ArrayList<>(Collections.nCopies(rank, Dim.ZERO));
        List<Long> steps = new ArrayList<>(Collections.nCopies(rank, 1L));
        starts.set(axis, start);
        steps.set(axis, step);
        return builder.add(new Op.Slice(starts, steps, x.type().shape().with(axis, extent)), x);
    }

    private Value spread(Value x, int axis) {
        Combiner combiner = random.nextBoolean() ? Combiner.MAX : Combiner.SUM;
        return builder.broadcast(
                builder.reduce(combiner, x, List.of(axis), true), x.type().shape());
    }

    private Value rotated(Value x, int axis) {
        Dim extent = x.type().shape().dim(axis);
        return builder.add(
                new Op.Concat(axis),
                sliced(x, axis, Dim.ONE, 1, extent.minus(1)),
                sliced(x, axis, Dim.ZERO, 1, Dim.ONE));
    }

    private Value shuffled(Value x, int axis) {
        long extent = x.type().shape().dim(axis).constant();
        List<Long> order = new ArrayList<>(LongStream.range(0, extent).boxed().toList());
        Collections.shuffle(order, random);
        Value indices = builder.constant(
                Tensor.of(order.stream().mapToLong(index -> index).toArray(), extent));
        return builder.add(new Op.Gather(axis), x, indices);
    }

    /** Transposed; reshaped back if the extents then are in another order. */
    private Value turned(Value x) {
        Shape shape = x.type().shape();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
        Collections.shuffle(order, random);
        Value turned = builder.transpose(x, order);
        return builder.reshape(turned, shape);
    }
}
