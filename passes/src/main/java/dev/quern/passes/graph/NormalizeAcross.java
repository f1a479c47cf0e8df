package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.graph.AxisParts.AxisPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A normalisation whose rows lie across memory, as those of instance and group normalisation do where channels come last, spelt in
 * reductions over the axes of what is in memory: each reads neighbouring channels, where rows would gather every channel on its own,
 * one element of a cache line at a time. What follows is elementwise in the same layout. Layer normalisation has a scale of the row's
 * shape and is left: what reads it wants rows.
 *
 * <p>Sums are made per channel first ({@link SumsAcross}), then over the channels of a group. The squares are those of differences from the mean, as in the rows' own form.
 */
final class NormalizeAcross {
    static final Rule RULE = new Rule(
            "normalize(view(x)) = view((x - mean) / sqrt(variance + e)), rows across x", NormalizeAcross::across);

    /** Views through which rows are looked for; exporters write three. */
    private static final int MOST_VIEWS = 6;

    /** Neighbours below which vectors would be empty but for a few lanes. */
    private static final long LEAST_LANES = 4;

    /** Elements below which one kernel that gathers takes less time than several to start. */
    private static final long SMALL = 1 << 12;

    /** Channels of a group that are fewer than the lanes of vectors. */
    private static final long FEW = 16;

    private final Rewriting rewriting;
    private final String origin;
    private final List<List<AxisPart>> axes;
    private final List<AxisPart> viewed;
    private final Set<AxisPart> inRow;

    private NormalizeAcross(Rewriting rewriting, String origin, AxisParts parts, int axis) {
        this.rewriting = rewriting;
        this.origin = origin;
        this.axes = parts.source();
        this.viewed = parts.view().stream().flatMap(List::stream).toList();
        this.inRow = parts.view().subList(axis, parts.view().size()).stream()
                .flatMap(List::stream)
                .collect(Collectors.toSet());
    }

    private static Optional<Value> across(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Normalize normalize) || node.inputs().size() > 1 || isSmall(node.output())) {
            return Optional.empty();
        }
        List<Op> views = new ArrayList<>();
        Value source = node.input(0);
        while (views.size() <= MOST_VIEWS) {
            Optional<Node> view = rewriting
                    .producer(source)
                    .filter(producer -> producer.op() instanceof Op.Reshape || producer.op() instanceof Op.Transpose);
            if (view.isEmpty()) {
                break;
            }
            views.addFirst(view.get().op());
            source = view.get().input(0);
        }
        if (views.size() > MOST_VIEWS || views.stream().noneMatch(Op.Transpose.class::isInstance)) {
            return Optional.empty();
        }
        Value original = source;
        return AxisParts.of(source.type().shape().dims(), views).flatMap(parts -> {
            NormalizeAcross rule = new NormalizeAcross(rewriting, node.origin(), parts, normalize.axis());
            return rule.liesAcross() ? Optional.of(rule.spell(node, normalize, original)) : Optional.empty();
        });
    }

    /** Whether there surely are too few elements for kernels of their own. */
    private static boolean isSmall(Value value) {
        Optional<long[]> extents = value.type().shape().asConstant();
        long elements = 1;
        for (long extent : extents.orElse(new long[] {SMALL})) {
            elements = Math.min(SMALL, elements * Math.min(SMALL, extent));
        }
        return elements < SMALL;
    }

    /** Whether the innermost axis is not of the row alone, and another one is. */
    private boolean liesAcross() {
        List<Integer> wide = IntStream.range(0, axes.size())
                .filter(axis ->
                        axes.get(axis).stream().anyMatch(part -> !part.extent().is(1)))
                .boxed()
                .toList();
        if (wide.size() < 2 || isReduced(wide.getLast()) || wide.stream().noneMatch(this::isReduced)) {
            return false;
        }
        Dim neighbours = Dim.product(
                axes.get(wide.getLast()).stream().map(AxisPart::extent).toList());
        return neighbours.asConstant().orElse(LEAST_LANES) >= LEAST_LANES;
    }

    private boolean isReduced(int axis) {
        return inRow.containsAll(axes.get(axis));
    }

    private Value spell(Node node, Op.Normalize normalize, Value original) {
        DType storage = original.type().dtype();
        DType type = storage == DType.F16 || storage == DType.BF16 ? DType.F32 : storage;
        Value x = cast(original, type);
        Shape shape = x.type().shape();
        Value deviation = x;
        if (normalize.centred()) {
            deviation = binary(BinaryOp.SUB, x, spread(mean(x), shape));
        }
        Value variance = mean(binary(BinaryOp.MUL, deviation, deviation));
        Value epsilon = number(normalize.epsilon(), type, variance.type().shape());
        Value root = rewriting.emit(new Op.Unary(UnaryOp.SQRT), origin, binary(BinaryOp.ADD, variance, epsilon));
        Value scale = binary(BinaryOp.DIV, number(1, type, root.type().shape()), root);
        Value result = binary(BinaryOp.MUL, deviation, spread(scale, shape));
        result = view(result, node.output().type().shape());
        return cast(result, storage);
    }

    /** The rows of {@code x}: its axes parted, in the order of rows, and joined. */
    private Value view(Value x, Shape rows) {
        List<AxisPart> parts =
                axes.stream().flatMap(List::stream).filter(viewed::contains).toList();
        Shape parted = new Shape(parts.stream().map(AxisPart::extent).toList());
        List<Integer> order = viewed.stream().map(parts::indexOf).toList();
        Value split = rewriting.emit(new Op.Reshape(parted), origin, x);
        Value moved = rewriting.emit(new Op.Transpose(order), origin, split);
        return rewriting.emit(new Op.Reshape(rows), origin, moved);
    }

    /** The mean of each row of {@code x}, once for every index of the axes that are not of the row alone. */
    private Value mean(Value x) {
        List<Integer> reduced =
                IntStream.range(0, axes.size()).filter(this::isReduced).boxed().toList();
        Value sum = rewriting.emit(new Op.Reduce(Combiner.SUM, reduced), origin, x);
        Shape channels = sum.type().shape();
        Dim count = Dim.product(inRow.stream().map(AxisPart::extent).toList());
        sum = ofGroups(sum);
        return binary(BinaryOp.DIV, sum, number(count, sum.type().dtype(), channels));
    }

    /** {@code sum} per channel, as the sum of each channel's group. */
    private Value ofGroups(Value sum) {
        List<AxisPart> parts = new ArrayList<>();
        for (int axis = 0; axis < axes.size(); axis++) {
            if (!isReduced(axis)) {
                parts.addAll(axes.get(axis));
            }
        }
        List<Integer> joined = IntStream.range(0, parts.size())
                .filter(part -> inRow.contains(parts.get(part)))
                .boxed()
                .toList();
        if (joined.isEmpty()) {
            return sum;
        }
        Shape channels = sum.type().shape();
        Shape split = new Shape(parts.stream().map(AxisPart::extent).toList());
        Value separate = rewriting.emit(new Op.Reshape(split), origin, sum);
        Dim together = Dim.product(
                joined.stream().map(part -> parts.get(part).extent()).toList());
        Value groups = together.isConstant() && together.constant() <= FEW
                ? ofFew(separate, joined)
                : ofMany(separate, joined);
        return rewriting.emit(new Op.Reshape(channels), origin, groups);
    }

    /** The sum over the axes {@code joined} of {@code parts}, once for each of their indices. */
    private Value ofMany(Value parts, List<Integer> joined) {
        Shape all = parts.type().shape();
        List<Dim> once = new ArrayList<>(all.dims());
        joined.forEach(axis -> once.set(axis, Dim.ONE));
        Value groups = rewriting.emit(new Op.Reduce(Combiner.SUM, joined), origin, parts);
        Value again = rewriting.emit(new Op.Reshape(new Shape(once)), origin, groups);
        return rewriting.emit(new Op.Broadcast(all), origin, again);
    }

    /** The same, summed anew for each index, so that lanes have neighbours to read. */
    private Value ofFew(Value parts, List<Integer> joined) {
        List<Dim> dims = parts.type().shape().dims();
        List<Dim> once = new ArrayList<>(dims);
        List<Dim> again = new ArrayList<>(dims);
        joined.forEach(axis -> once.set(axis, Dim.ONE));
        for (int axis : joined) {
            once.add(dims.get(axis));
            again.add(dims.get(axis));
        }
        Value terms = rewriting.emit(new Op.Reshape(new Shape(once)), origin, moved(parts, joined));
        Value all = rewriting.emit(new Op.Broadcast(new Shape(again)), origin, terms);
        List<Integer> last = IntStream.range(dims.size(), again.size()).boxed().toList();
        return rewriting.emit(new Op.Reduce(Combiner.SUM, last), origin, all);
    }

    /** {@code parts} with the axes {@code joined} last. */
    private Value moved(Value parts, List<Integer> joined) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, parts.type().shape().rank())
                        .filter(axis -> !joined.contains(axis))
                        .boxed()
                        .toList());
        order.addAll(joined);
        return rewriting.emit(new Op.Transpose(order), origin, parts);
    }

    /** {@code statistic}, which lacks the axes of rows, for every element. */
    private Value spread(Value statistic, Shape shape) {
        List<Dim> dims = new ArrayList<>(shape.dims());
        IntStream.range(0, dims.size()).filter(this::isReduced).forEach(axis -> dims.set(axis, Dim.ONE));
        Value once = rewriting.emit(new Op.Reshape(new Shape(dims)), origin, statistic);
        return rewriting.emit(new Op.Broadcast(shape), origin, once);
    }

    private Value binary(BinaryOp function, Value left, Value right) {
        return rewriting.emit(new Op.Binary(function), origin, left, right);
    }

    private Value cast(Value value, DType type) {
        return value.type().dtype() == type ? value : rewriting.emit(new Op.Cast(type, true), origin, value);
    }

    private Value number(double value, DType type, Shape shape) {
        Tensor one = type == DType.F64 ? Tensor.of(new double[] {value}) : Tensor.of(new float[] {(float) value});
        return filled(rewriting.constant(one, origin), type, shape);
    }

    private Value number(Dim value, DType type, Shape shape) {
        return filled(rewriting.emit(new Op.DimValues(List.of(value), Shape.of(1)), origin), type, shape);
    }

    private Value filled(Value one, DType type, Shape shape) {
        Value scalar = rewriting.emit(new Op.Reshape(Shape.SCALAR), origin, cast(one, type));
        return rewriting.emit(new Op.Broadcast(shape), origin, scalar);
    }
}
