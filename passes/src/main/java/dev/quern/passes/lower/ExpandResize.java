package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Resizes between known extents by rules that {@link ResizeTemplate} leaves out, one axis after another: a sum of gathers by
 * weights, with tables of both.
 */
final class ExpandResize {
    private final Expansion expansion;
    private final Node node;
    private final Op.Resize resize;
    private final DType type;
    private final boolean whole;

    private ExpandResize(Expansion expansion, Node node, Op.Resize resize) {
        this.expansion = expansion;
        this.node = node;
        this.resize = resize;
        this.type = node.output().type().dtype();
        this.whole = type.isInteger() && resize.rule().mode() != ResizeRule.Interpolation.NEAREST;
    }

    static void resize(Expansion expansion, Node node, Op.Resize resize) {
        boolean known =
                node.input(0).type().shape().isConstant() && resize.shape().isConstant();
        if (known && !ResizeTemplate.covers(resize.rule())) {
            expansion.wide(node, wide -> new ExpandResize(expansion, wide, resize).expand());
        } else {
            expansion.keep(node);
        }
    }

    private void expand() {
        Value value = whole ? expansion.add(new Op.Cast(DType.F32, false), node.input(0)) : node.input(0);
        Value outside = null;
        for (int axis = resize.shape().rank() - 1; axis >= 0; axis--) {
            Dim from = value.type().shape().dim(axis);
            Dim to = resize.shape().dim(axis);
            boolean keeps = SourceCoordinate.keeps(resize.scales().get(axis), from, to);
            if (keeps && resize.rule().region().isEmpty()) {
                continue;
            }
            ResizeTaps taps = taps(axis, (int) from.constant(), (int) to.constant());
            value = tabulated(value, axis, taps);
            outside = joined(outside, axis, taps.outside());
        }
        if (outside != null) {
            Value fill =
                    expansion.filled(resize.rule().extrapolation(), value.type().dtype(), resize.shape());
            value = expansion.add(new Op.Select(), outside, fill, value);
        }
        if (whole) {
            value = expansion.add(new Op.Cast(type, false), resize.rule().antialias() ? inRange(value) : value);
        }
        expansion.give(node.output(), new Op.Reshape(resize.shape()), value);
    }

    private ResizeTaps taps(int axis, int from, int to) {
        double given = resize.scales().get(axis);
        double scale = given == 0 ? (double) to / from : given;
        List<Double> region = resize.rule().region();
        int rank = resize.shape().rank();
        double start = region.isEmpty() ? 0 : region.get(axis);
        double end = region.isEmpty() ? 1 : region.get(axis + rank);
        return ResizeTaps.of(resize.rule(), scale, from, to, start, end, whole);
    }

    /** Rounded to the nearest integer that the type has, as ONNX Runtime does where it filters. */
    private Value inRange(Value value) {
        Value rounded = expansion.add(new Op.Unary(UnaryOp.ROUND), value);
        double least = type.kind() == DType.Kind.SIGNED ? -Math.scalb(1.0, type.bits() - 1) : 0;
        double beyond = least + Math.scalb(1.0, type.bits());
        double greatest = type.bits() > 24 ? Math.nextDown((float) beyond) : beyond - 1;
        Value above = expansion.binary(BinaryOp.MAX, rounded, expansion.filled(least, DType.F32, resize.shape()));
        return expansion.binary(BinaryOp.MIN, above, expansion.filled(greatest, DType.F32, resize.shape()));
    }

    private Value tabulated(Value value, int axis, ResizeTaps taps) {
        Value sum = null;
        for (int tap = 0; tap < taps.indices().size(); tap++) {
            long[] indices = taps.indices().get(tap);
            Value part =
                    expansion.add(new Op.Gather(axis), value, expansion.constant(Tensor.of(indices, indices.length)));
            if (taps.indices().size() > 1) {
                double[] weights = taps.weights().get(tap);
                Value table = expansion.constant(Tensor.of(weights, weights.length));
                part = weighted(expansion, part, axis, table);
            }
            sum = sum == null ? part : expansion.binary(BinaryOp.ADD, sum, part);
        }
        return sum;
    }

    /** {@code part} times a weight for each index along {@code axis}. */
    private static Value weighted(Expansion expansion, Value part, int axis, Value table) {
        Shape shape = part.type().shape();
        Value typed = table.type().dtype() == part.type().dtype()
                ? table
                : expansion.add(new Op.Cast(part.type().dtype(), false), table);
        return expansion.binary(BinaryOp.MUL, part, along(expansion, typed, axis, shape));
    }

    private static Value along(Expansion expansion, Value vector, int axis, Shape shape) {
        List<Dim> dims = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ONE));
        dims.set(axis, shape.dim(axis));
        return expansion.add(new Op.Broadcast(shape), expansion.reshape(vector, new Shape(dims)));
    }

    private Value joined(Value before, int axis, boolean[] outside) {
        boolean any = false;
        for (boolean flag : outside) {
            any |= flag;
        }
        if (!any) {
            return before;
        }
        Value flags = along(expansion, expansion.constant(Tensor.of(outside, outside.length)), axis, resize.shape());
        return before == null ? flags : expansion.binary(BinaryOp.OR, before, flags);
    }
}
