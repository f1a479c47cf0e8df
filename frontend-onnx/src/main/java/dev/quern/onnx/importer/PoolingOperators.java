package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Pools: over windows, channels-last in the graph, or over all of space, which is a reduction. */
final class PoolingOperators {
    private PoolingOperators() {}

    static List<Operator> rows() {
        return List.of(
                several("MaxPool", 1, call -> List.of(pool(call, Op.PoolKind.MAX, call.input(0)))),
                one("AveragePool", 1, call -> pool(call, Op.PoolKind.AVERAGE, call.input(0))),
                one("LpPool", 2, PoolingOperators::norm).composite(),
                one("GlobalMaxPool", 1, call -> call.builder().reduce(Combiner.MAX, call.input(0), space(call), true)),
                one(
                                "GlobalAveragePool",
                                1,
                                call -> ReductionOperators.mean(call.builder(), call.input(0), space(call), true))
                        .composite(),
                one("GlobalLpPool", 2, PoolingOperators::globalNorm).composite());
    }

    private static List<Integer> space(Call call) {
        int rank = call.input(0).type().shape().rank();
        return IntStream.range(2, rank).boxed().toList();
    }

    private static void spatial(Call call) {
        if (call.input(0).type().shape().rank() < 3) {
            throw call.invalid(
                    "rank of x: expected at least 3, found " + call.input(0).type());
        }
    }

    private static Value pool(Call call, Op.PoolKind kind, Value x) {
        GraphBuilder builder = call.builder();
        Shape shape = x.type().shape();
        spatial(call);
        List<Dim> space = shape.dims().subList(2, shape.rank());
        WindowAttributes attributes = WindowAttributes.of(call, space.size(), Optional.empty());
        Window window = attributes.window(space);
        Value last = ChannelVectors.channelsLast(builder, x);
        boolean counts = kind == Op.PoolKind.AVERAGE && call.flag("count_include_pad", false);
        if (call.flag("ceil_mode", false) && !attributes.same()) {
            Window longer = extended(window, space);
            if (counts && !longer.equals(window)) {
                last = padded(builder, last, window);
                window = new Window(
                        window.extents(),
                        window.strides(),
                        window.dilations(),
                        zeros(space.size()),
                        excess(longer, window));
                counts = false;
            } else {
                window = longer;
            }
        }
        return ChannelVectors.channelsFirst(builder, builder.add(new Op.Pool(kind, window, counts), last));
    }

    private static List<Dim> zeros(int count) {
        return Collections.nCopies(count, Dim.ZERO);
    }

    private static List<Dim> excess(Window longer, Window window) {
        return IntStream.range(0, window.rank())
                .mapToObj(axis -> longer.after().get(axis).minus(window.after().get(axis)))
                .toList();
    }

    /** Channels-last x with the window's padding spelt out as zeros, which the average then counts. */
    private static Value padded(GraphBuilder builder, Value x, Window window) {
        List<Dim> before = new ArrayList<>(List.of(Dim.ZERO));
        List<Dim> after = new ArrayList<>(List.of(Dim.ZERO));
        before.addAll(window.before());
        after.addAll(window.after());
        before.add(Dim.ZERO);
        after.add(Dim.ZERO);
        Op pad = new Op.Pad(Op.PadMode.CONSTANT, before, after);
        return builder.add(pad, x, builder.scalar(x.type().dtype(), 0));
    }

    /** With as much padding after the last element as makes room for a last, partial window that starts inside. */
    private static Window extended(Window window, List<Dim> space) {
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < window.rank(); axis++) {
            Dim before = window.before().get(axis);
            Dim stride = Dim.of(window.strides().get(axis));
            long reach = (window.extents().get(axis) - 1L) * window.dilations().get(axis) + 1;
            Dim inside = space.get(axis).plus(before);
            Dim free = inside.plus(window.after().get(axis)).minus(reach);
            Dim count = free.ceilDiv(stride).plus(1);
            boolean startsInside = window.after().get(axis).isConstant()
                    && window.after().get(axis).constant() + window.strides().get(axis) <= reach;
            Dim fitting = startsInside ? count : count.min(inside.ceilDiv(stride));
            Dim needed = fitting.minus(1).times(stride).plus(reach).minus(inside);
            after.add(startsInside ? needed : needed.max(window.after().get(axis)));
        }
        return new Window(window.extents(), window.strides(), window.dilations(), window.before(), after);
    }

    private static long power(Call call) {
        long p = call.integer("p", 2);
        if (p < 1) {
            throw call.invalid("attribute p: expected at least 1, found " + p);
        }
        return p;
    }

    /** {@code (sum |x|^p)^(1/p)}: the average with padding counted, times the size of a window. */
    private static Value norm(Call call) {
        GraphBuilder builder = call.builder();
        spatial(call);
        long p = power(call);
        Value powers = builder.binary(BinaryOp.POW, builder.unary(UnaryOp.ABS, call.input(0)), p);
        if (call.flag("ceil_mode", false)) {
            throw call.unsupported("attribute ceil_mode = 1");
        }
        Shape shape = powers.type().shape();
        List<Dim> space = shape.dims().subList(2, shape.rank());
        Window window =
                WindowAttributes.of(call, space.size(), Optional.empty()).window(space);
        long size = window.extents().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        Value mean = builder.add(
                new Op.Pool(Op.PoolKind.AVERAGE, window, true), ChannelVectors.channelsLast(builder, powers));
        Value sum = builder.binary(BinaryOp.MUL, ChannelVectors.channelsFirst(builder, mean), size);
        return builder.binary(BinaryOp.POW, sum, 1.0 / p);
    }

    private static Value globalNorm(Call call) {
        GraphBuilder builder = call.builder();
        long p = power(call);
        Value powers = builder.binary(BinaryOp.POW, builder.unary(UnaryOp.ABS, call.input(0)), p);
        return builder.binary(BinaryOp.POW, builder.reduce(Combiner.SUM, powers, space(call), true), 1.0 / p);
    }
}
