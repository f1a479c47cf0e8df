package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Normalisation spelt out, of rows along any axis, its means spread along the right axes or others. */
final class Spelt {
    private final Random random;
    private final GraphBuilder builder;

    Spelt(Random random, GraphBuilder builder) {
        this.random = random;
        this.builder = builder;
    }

    /** {@code x}, whose extents are all constant, normalised or something like it. */
    Value normalised(Value x) {
        Shape shape = x.type().shape();
        int axis = random.nextInt(3) == 0 ? random.nextInt(shape.rank()) : shape.rank() - 1;
        Value difference =
                random.nextInt(4) == 0 ? x : builder.binary(BinaryOp.SUB, x, spread(mean(x, axis), axis, shape));
        Value square = builder.binary(BinaryOp.MUL, difference, difference);
        Value variance = mean(square, axis);
        Value sum = builder.binary(
                BinaryOp.ADD,
                variance,
                builder.broadcast(
                        builder.scalar(DType.F32, 0.25), variance.type().shape()));
        Value root = spread(builder.unary(UnaryOp.SQRT, sum), axis, shape);
        return random.nextBoolean()
                ? builder.binary(BinaryOp.DIV, difference, root)
                : builder.binary(BinaryOp.MUL, difference, builder.unary(UnaryOp.RECIPROCAL, root));
    }

    private Value mean(Value x, int axis) {
        Value sum = builder.reduce(Combiner.SUM, x, List.of(axis), false);
        long count = x.type().shape().dim(axis).constant();
        return builder.binary(
                BinaryOp.DIV,
                sum,
                builder.broadcast(builder.scalar(DType.F32, count), sum.type().shape()));
    }

    /** Back to {@code shape}: with the axis put back, or as it is or with an axis elsewhere where that fits. */
    private Value spread(Value mean, int axis, Shape shape) {
        List<Integer> places = new ArrayList<>(List.of(axis));
        for (int place = 0; place < shape.rank(); place++) {
            if (fits(mean.type().shape(), place, shape)) {
                places.add(place);
            }
        }
        List<Dim> dims = new ArrayList<>(mean.type().shape().dims());
        int place = random.nextBoolean() ? axis : places.get(random.nextInt(places.size()));
        dims.add(place, Dim.ONE);
        Shape kept = new Shape(place == 0 && random.nextBoolean() ? dims.subList(1, dims.size()) : dims);
        return builder.broadcast(builder.reshape(mean, kept), shape);
    }

    private static boolean fits(Shape mean, int place, Shape shape) {
        List<Dim> dims = new ArrayList<>(mean.dims());
        dims.add(place, shape.dim(place));
        return dims.equals(shape.dims());
    }
}
