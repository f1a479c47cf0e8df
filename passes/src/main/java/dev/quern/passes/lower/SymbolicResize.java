package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import java.util.List;

/** Nearest and linear resizing along an axis of symbolic extents: indices and weights are computed when it runs. */
final class SymbolicResize {
    private final Expansion expansion;
    private final ResizeRule rule;
    private final String origin;

    SymbolicResize(Expansion expansion, ResizeRule rule, String origin) {
        this.expansion = expansion;
        this.rule = rule;
        this.origin = origin;
    }

    /** {@code value} with extent {@code to} along {@code axis}; a scale of 0 stands for the ratio of the extents. */
    Value along(Value value, int axis, Dim to, double scale) {
        if (rule.mode() == ResizeRule.Mode.CUBIC || rule.antialias() || rule.excludeOutside()) {
            throw ExpandResize.unsupported(origin, "cubic interpolation, antialias or exclude_outside");
        }
        Dim from = value.type().shape().dim(axis);
        Value at = coordinate(from, to, scale);
        if (rule.mode() == ResizeRule.Mode.NEAREST) {
            return gathered(value, axis, from, nearest(at));
        }
        Value below = expansion.add(new Op.Unary(UnaryOp.FLOOR), at);
        Value above = binary(BinaryOp.ADD, below, number(1, to));
        Value share = binary(BinaryOp.SUB, at, below);
        Value rest = binary(BinaryOp.SUB, number(1, to), share);
        Value low = ExpandResize.weighted(expansion, gathered(value, axis, from, below), axis, rest);
        Value high = ExpandResize.weighted(expansion, gathered(value, axis, from, above), axis, share);
        return binary(BinaryOp.ADD, low, high);
    }

    private Value gathered(Value value, int axis, Dim from, Value at) {
        Dim to = at.type().shape().dim(0);
        Value last = binary(BinaryOp.SUB, extent(from, to), number(1, to));
        Value clamped = binary(BinaryOp.MAX, binary(BinaryOp.MIN, at, last), number(0, to));
        Value index = expansion.add(new Op.Cast(DType.I64, false), clamped);
        return expansion.add(new Op.Gather(axis), value, index);
    }

    private Value nearest(Value at) {
        Dim to = at.type().shape().dim(0);
        return switch (rule.nearest()) {
            case "floor" -> expansion.add(new Op.Unary(UnaryOp.FLOOR), at);
            case "ceil" -> expansion.add(new Op.Unary(UnaryOp.CEIL), at);
            case "round_prefer_ceil" ->
                expansion.add(new Op.Unary(UnaryOp.FLOOR), binary(BinaryOp.ADD, at, number(0.5, to)));
            default -> expansion.add(new Op.Unary(UnaryOp.CEIL), binary(BinaryOp.SUB, at, number(0.5, to)));
        };
    }

    private Value coordinate(Dim from, Dim to, double scale) {
        Value i = expansion.add(new Op.Iota(DType.F64, Shape.of(to), 0));
        Value half = number(0.5, to);
        return switch (rule.coordinates()) {
            case "asymmetric" -> scaled(i, from, to, scale);
            case "tf_half_pixel_for_nn" -> scaled(binary(BinaryOp.ADD, i, half), from, to, scale);
            case "half_pixel" -> binary(BinaryOp.SUB, scaled(binary(BinaryOp.ADD, i, half), from, to, scale), half);
            case "pytorch_half_pixel" -> {
                Value plain = binary(BinaryOp.SUB, scaled(binary(BinaryOp.ADD, i, half), from, to, scale), half);
                yield binary(BinaryOp.MUL, plain, atMostOne(binary(BinaryOp.SUB, extent(to, to), number(1, to))));
            }
            case "align_corners" -> {
                Value one = number(1, to);
                Value steps = binary(BinaryOp.MAX, binary(BinaryOp.SUB, extent(to, to), one), one);
                yield binary(BinaryOp.DIV, binary(BinaryOp.MUL, i, binary(BinaryOp.SUB, extent(from, to), one)), steps);
            }
            default -> throw ExpandResize.unsupported(origin, "coordinates " + rule.coordinates());
        };
    }

    private Value atMostOne(Value value) {
        return binary(BinaryOp.MIN, value, number(1, value.type().shape().dim(0)));
    }

    private Value scaled(Value position, Dim from, Dim to, double scale) {
        if (scale != 0) {
            return binary(BinaryOp.DIV, position, number(scale, to));
        }
        return binary(BinaryOp.DIV, position, binary(BinaryOp.DIV, extent(to, to), extent(from, to)));
    }

    private Value extent(Dim dim, Dim to) {
        Value known = expansion.add(new Op.DimValues(List.of(dim), Shape.SCALAR));
        Value real = expansion.add(new Op.Cast(DType.F64, false), known);
        return expansion.add(new Op.Broadcast(Shape.of(to)), real);
    }

    private Value number(double value, Dim to) {
        return expansion.filled(value, DType.F64, Shape.of(to));
    }

    private Value binary(BinaryOp function, Value left, Value right) {
        return expansion.binary(function, left, right);
    }
}
