package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

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
import java.util.Optional;
import java.util.stream.IntStream;

/** Reductions. Axes were an attribute before version 18 (ReduceSum: 13) and are an operand since. */
final class ReductionOperators {
    private ReductionOperators() {}

    /** A reduction of x over axes, with or without the reduced axes. */
    interface AxisReduction {
        Value apply(GraphBuilder builder, Value x, List<Integer> axes, boolean keep);
    }

    static List<Operator> rows() {
        List<Operator> rows = new ArrayList<>();
        add(rows, "ReduceSum", 13, WholeReductions.saturating(combiner(Combiner.SUM)));
        add(rows, "ReduceProd", 18, WholeReductions.saturating(combiner(Combiner.PRODUCT)));
        add(rows, "ReduceMax", 18, ReductionOperators::greatest);
        add(rows, "ReduceMin", 18, ReductionOperators::least);
        addComposite(rows, "ReduceMean", WholeReductions.mean(ReductionOperators::mean));
        addComposite(
                rows,
                "ReduceL1",
                WholeReductions.saturating((builder, x, axes, keep) ->
                        builder.reduce(Combiner.SUM, builder.unary(UnaryOp.ABS, x), axes, keep)));
        addComposite(
                rows,
                "ReduceL2",
                WholeReductions.inReals(
                        (builder, x, axes, keep) -> builder.unary(UnaryOp.SQRT, sumOfSquares(builder, x, axes, keep))));
        addComposite(rows, "ReduceSumSquare", WholeReductions.saturating(ReductionOperators::sumOfSquares));
        addComposite(
                rows,
                "ReduceLogSum",
                WholeReductions.inReals((builder, x, axes, keep) ->
                        builder.unary(UnaryOp.LOG, builder.reduce(Combiner.SUM, x, axes, keep))));
        addComposite(rows, "ReduceLogSumExp", ReductionOperators::logSumExp);
        return rows;
    }

    private static void add(List<Operator> rows, String name, int axesOperandSince, AxisReduction reduction) {
        rows.add(one(name, 1, call -> byAttribute(call, reduction)));
        rows.add(one(name, axesOperandSince, call -> byOperand(call, reduction)));
    }

    private static void addComposite(List<Operator> rows, String name, AxisReduction reduction) {
        List<Operator> versions = new ArrayList<>();
        add(versions, name, 18, reduction);
        versions.forEach(row -> rows.add(row.composite()));
    }

    private static Value byAttribute(Call call, AxisReduction reduction) {
        int rank = call.input(0).type().shape().rank();
        List<Integer> axes = call.integers("axes")
                .filter(given -> !given.isEmpty())
                .map(given -> call.axes(given, rank))
                .orElseGet(() -> all(rank));
        return apply(call, reduction, axes);
    }

    private static Value byOperand(Call call, AxisReduction reduction) {
        int rank = call.input(0).type().shape().rank();
        if (call.optional(1).isEmpty()) {
            return apply(call, reduction, call.flag("noop_with_empty_axes", false) ? List.of() : all(rank));
        }
        DecidedAxes axes = new DecidedAxes(call, 1, rank);
        Optional<List<Integer>> known = axes.known();
        if (known.isEmpty()) {
            return axes.undecided(call.flag("keepdims", true) ? rank : rank - axes.count());
        }
        boolean none = known.get().isEmpty() && !call.flag("noop_with_empty_axes", false);
        return apply(call, reduction, none ? all(rank) : known.get());
    }

    private static Value apply(Call call, AxisReduction reduction, List<Integer> axes) {
        return reduction.apply(
                call.builder(), call.input(0), axes.stream().distinct().sorted().toList(), call.flag("keepdims", true));
    }

    private static List<Integer> all(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    private static AxisReduction combiner(Combiner combiner) {
        return (builder, x, axes, keep) -> builder.reduce(combiner, x, axes, keep);
    }

    private static Value greatest(GraphBuilder builder, Value x, List<Integer> axes, boolean keep) {
        boolean logical = x.type().dtype() == DType.BOOL;
        return builder.reduce(logical ? Combiner.OR : Combiner.MAX, x, axes, keep);
    }

    private static Value least(GraphBuilder builder, Value x, List<Integer> axes, boolean keep) {
        boolean logical = x.type().dtype() == DType.BOOL;
        return builder.reduce(logical ? Combiner.AND : Combiner.MIN, x, axes, keep);
    }

    /** The mean over {@code axes}. */
    static Value mean(GraphBuilder builder, Value x, List<Integer> axes, boolean keep) {
        Value sum = builder.reduce(Combiner.SUM, x, axes, keep);
        return builder.binary(BinaryOp.DIV, sum, count(builder, x, axes));
    }

    /** How many elements of x lie along {@code axes}, as a scalar of x's type. */
    private static Value count(GraphBuilder builder, Value x, List<Integer> axes) {
        Dim count = Dim.product(
                axes.stream().map(axis -> x.type().shape().dim(axis)).toList());
        DType dtype = x.type().dtype();
        return count.isConstant()
                ? builder.scalar(dtype, count.constant())
                : builder.cast(builder.dimensions(List.of(count), Shape.SCALAR), dtype);
    }

    private static Value sumOfSquares(GraphBuilder builder, Value x, List<Integer> axes, boolean keep) {
        return builder.reduce(Combiner.SUM, builder.binary(BinaryOp.MUL, x, x), axes, keep);
    }

    /** Of integers, each exponential is rounded down to a whole number, as ONNX Runtime does. */
    private static Value logSumExp(GraphBuilder builder, Value x, List<Integer> axes, boolean keep) {
        boolean whole = !x.type().dtype().isFloat();
        return WholeReductions.inReals((b, y, a, k) -> logSumExp(b, y, a, k, whole))
                .apply(builder, x, axes, keep);
    }

    /** Shifted by the maximum, where that is finite, so that the exponentials do not overflow. */
    private static Value logSumExp(GraphBuilder builder, Value x, List<Integer> axes, boolean keep, boolean whole) {
        Value top = builder.reduce(Combiner.MAX, x, axes, true);
        Value zero = builder.scalar(x.type().dtype(), 0);
        Value shift = builder.select(builder.unary(UnaryOp.IS_INF, top), zero, top);
        Value powers = builder.unary(UnaryOp.EXP, builder.binary(BinaryOp.SUB, x, shift));
        Value terms = whole ? builder.unary(UnaryOp.FLOOR, powers) : powers;
        Value logarithm = builder.unary(UnaryOp.LOG, builder.reduce(Combiner.SUM, terms, axes, true));
        Value result = builder.binary(BinaryOp.ADD, logarithm, shift);
        if (keep) {
            return result;
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < x.type().shape().rank(); axis++) {
            if (!axes.contains(axis)) {
                dims.add(x.type().shape().dim(axis));
            }
        }
        return builder.reshape(result, new Shape(dims));
    }
}
