package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import dev.quern.ir.graph.Winograd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Pads, and operations with sliding windows. */
abstract class RandomWindows extends RandomInputs {
    RandomWindows(long seed) {
        super(seed);
    }

    Value padded(Value x) {
        Shape shape = x.type().shape();
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        Op.PadMode mode = Op.PadMode.values()[random.nextInt(4)];
        for (Dim dim : shape.dims()) {
            boolean room = size(dim) > 2;
            before.add(Dim.of(room ? random.nextInt(2) : 0));
            after.add(Dim.of(room ? random.nextInt(3) : 0));
        }
        Op pad = new Op.Pad(mode, before, after);
        return mode == Op.PadMode.CONSTANT ? builder.add(pad, x, builder.scalar(DType.F32, 0.5)) : builder.add(pad, x);
    }

    Window window(Shape shape, int extent, boolean padded) {
        int rank = shape.rank() - 2;
        List<Integer> strides = IntStream.range(0, rank)
                .map(axis -> 1 + random.nextInt(2))
                .boxed()
                .toList();
        List<Integer> ones = Collections.nCopies(rank, 1);
        List<Dim> before = Collections.nCopies(rank, padded ? Dim.ONE : Dim.ZERO);
        List<Dim> after = Collections.nCopies(rank, Dim.of(padded ? random.nextInt(2) : 0));
        return new Window(Collections.nCopies(rank, extent), strides, ones, before, after);
    }

    boolean slides(Shape shape) {
        return shape.rank() >= 3
                && shape.rank() <= 4
                && shape.dim(-1).isConstant()
                && shape.dims().subList(1, shape.rank() - 1).stream().allMatch(dim -> size(dim) >= 3);
    }

    Value convolved(Value x) {
        Shape shape = x.type().shape();
        if (!slides(shape)) {
            return x;
        }
        if (shape.rank() == 4 && random.nextInt(4) == 0) {
            return winograd(x);
        }
        long channels = shape.dim(-1).constant();
        int groups = random.nextInt(3) == 0 ? (int) channels : channels % 2 == 0 && random.nextBoolean() ? 2 : 1;
        Window window = window(shape, 1 + random.nextInt(3), random.nextBoolean());
        List<Dim> weights = new ArrayList<>(
                Collections.nCopies(window.rank(), Dim.of(window.extents().getFirst())));
        if (random.nextInt(3) == 0) {
            return builder.unary(UnaryOp.TANH, transposed(x, window, groups, weights));
        }
        weights.add(Dim.of(channels / groups));
        weights.add(Dim.of((long) groups * (1 + random.nextInt(2))));
        return builder.unary(
                UnaryOp.TANH, builder.add(new Op.Convolve(window, groups), x, constant(weights.toArray(Dim[]::new))));
    }

    private Value winograd(Value x) {
        List<Dim> before = List.of(Dim.of(random.nextInt(2)), Dim.of(random.nextInt(2)));
        Window window = new Window(List.of(3, 3), List.of(1, 1), List.of(1, 1), before, List.of(Dim.ONE, Dim.ZERO));
        Winograd tiles = new Winograd(random.nextBoolean() ? 2 : 4);
        Value weights = constant(
                Dim.of((long) tiles.reach() * tiles.reach()), x.type().shape().dim(-1), Dim.of(1 + random.nextInt(3)));
        return builder.unary(UnaryOp.TANH, builder.add(new Op.ConvolveWinograd(window, tiles), x, weights));
    }

    Value transposed(Value x, Window window, int groups, List<Dim> weights) {
        Shape shape = x.type().shape();
        weights.add(shape.dim(-1));
        weights.add(Dim.of(2));
        Shape result = shape.with(-1, Dim.of(2L * groups));
        for (int axis = 0; axis < window.rank(); axis++) {
            Dim extent = shape.dim(axis + 1)
                    .minus(1)
                    .times(window.strides().get(axis))
                    .plus(window.extents().get(axis))
                    .minus(window.before().get(axis))
                    .minus(window.after().get(axis));
            result = result.with(axis + 1, extent);
        }
        return builder.add(new Op.ConvolveTransposed(window, groups, result), x, constant(weights.toArray(Dim[]::new)));
    }

    Value pooled(Value x) {
        Shape shape = x.type().shape();
        if (!slides(shape)) {
            return x;
        }
        Op.PoolKind kind = random.nextBoolean() ? Op.PoolKind.MAX : Op.PoolKind.AVERAGE;
        return builder.add(new Op.Pool(kind, window(shape, 2, random.nextBoolean()), random.nextBoolean()), x);
    }
}
