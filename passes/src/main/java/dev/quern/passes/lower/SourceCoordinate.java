package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.kernel.Expr;
import java.util.Optional;

/**
 * Where an element of a resized axis lies in the original, by ONNX Resize's coordinate transformation modes, in float32 as
 * ONNX Runtime computes it.
 *
 * @param rule the modes
 * @param index the element's index in the result
 * @param scale result over original; 0 stands for the ratio of their extents
 * @param extent extent of the original
 * @param resized extent of the result
 */
record SourceCoordinate(ResizeRule rule, Dim index, double scale, Dim extent, Dim resized) {
    /** Whether {@code mode} is a coordinate transformation mode known here. */
    static boolean covers(String mode) {
        return switch (mode) {
            case "half_pixel",
                    "pytorch_half_pixel",
                    "asymmetric",
                    "align_corners",
                    "half_pixel_symmetric",
                    "tf_half_pixel_for_nn" -> true;
            default -> false;
        };
    }

    static Expr number(double value) {
        return Expr.Immediate.of((float) value);
    }

    static Expr floor(Expr value) {
        return new Expr.UnaryOperation(UnaryOp.FLOOR, value);
    }

    /** Whether an axis is known to keep its extent, so that every element stays where it is. */
    static boolean keeps(double scale, Dim extent, Dim resized) {
        return (scale == 1 || scale == 0) && extent.equals(resized);
    }

    /** Whether the axis turns out to keep its extent when it runs; empty where it is known not to. */
    Optional<Expr> same() {
        return scale != 0 || resized.minus(extent).isConstant()
                ? Optional.empty()
                : Optional.of(new Expr.Comparison(
                        CompareOp.EQ, new Expr.Index(resized, DType.I64), new Expr.Index(extent, DType.I64)));
    }

    /** The coordinate in the original, possibly outside. */
    Expr source() {
        Expr at = new Expr.Index(index, DType.F32);
        Expr moved = moved(at);
        return same().<Expr>map(same -> new Expr.Conditional(same, at, moved)).orElse(moved);
    }

    private Expr moved(Expr at) {
        return switch (rule.coordinates()) {
            case "half_pixel" -> halfPixel(at);
            case "pytorch_half_pixel" ->
                resized.isConstant() && resized.constant() > 1
                        ? halfPixel(at)
                        : new Expr.Conditional(
                                new Expr.Comparison(
                                        CompareOp.GT, new Expr.Index(resized, DType.I64), Expr.Immediate.of(1L)),
                                halfPixel(at),
                                number(0));
            case "half_pixel_symmetric" -> symmetric(at);
            case "tf_half_pixel_for_nn" -> divided(new Expr.BinaryOperation(BinaryOp.ADD, at, number(0.5)));
            case "asymmetric" -> divided(at);
            case "align_corners" -> aligned(at);
            default -> throw new IllegalStateException("no template for " + rule.coordinates());
        };
    }

    private Expr halfPixel(Expr at) {
        Expr middle = new Expr.BinaryOperation(BinaryOp.ADD, at, number(0.5));
        return new Expr.BinaryOperation(BinaryOp.SUB, divided(middle), number(0.5));
    }

    /** With the middles of both laid upon each other, whatever was cut off by rounding the extent down. */
    private Expr symmetric(Expr at) {
        Expr from = new Expr.Index(extent, DType.F32);
        Expr to = new Expr.Index(resized, DType.F32);
        Expr adjustment =
                new Expr.BinaryOperation(BinaryOp.DIV, to, new Expr.BinaryOperation(BinaryOp.MUL, factor(), from));
        Expr offset = new Expr.BinaryOperation(
                BinaryOp.MUL,
                new Expr.BinaryOperation(BinaryOp.DIV, from, number(2)),
                new Expr.BinaryOperation(BinaryOp.SUB, number(1), adjustment));
        Expr middle = divided(new Expr.BinaryOperation(BinaryOp.ADD, at, number(0.5)));
        return new Expr.BinaryOperation(
                BinaryOp.SUB, new Expr.BinaryOperation(BinaryOp.ADD, offset, middle), number(0.5));
    }

    private Expr divided(Expr at) {
        return new Expr.BinaryOperation(BinaryOp.DIV, at, factor());
    }

    /** Result over original. */
    private Expr factor() {
        if (scale != 0) {
            return number(scale);
        }
        return resized.isConstant() && extent.isConstant()
                ? number((double) resized.constant() / extent.constant())
                : new Expr.BinaryOperation(
                        BinaryOp.DIV, new Expr.Index(resized, DType.F32), new Expr.Index(extent, DType.F32));
    }

    /** {@code at * (extent - 1) / (resized - 1)}; 0 where the result has one element. */
    private Expr aligned(Expr at) {
        Expr span = new Expr.Index(extent.minus(1), DType.F32);
        Expr steps = new Expr.BinaryOperation(BinaryOp.MAX, new Expr.Index(resized.minus(1), DType.F32), number(1));
        return new Expr.BinaryOperation(BinaryOp.DIV, new Expr.BinaryOperation(BinaryOp.MUL, at, span), steps);
    }

    /** The last index of the original. */
    Expr last() {
        return new Expr.Index(extent.minus(1), DType.F32);
    }

    /** {@code value} brought into the original. */
    Expr clamp(Expr value) {
        return new Expr.BinaryOperation(BinaryOp.MIN, new Expr.BinaryOperation(BinaryOp.MAX, value, number(0)), last());
    }

    /** {@link #source} brought into the original. */
    Expr clamped() {
        return clamp(source());
    }

    /** {@code weight}, or {@code otherwise} where the axis turns out to keep its extent. */
    Expr unlessSame(Expr weight, double otherwise) {
        return same().<Expr>map(same -> new Expr.Conditional(same, number(otherwise), weight))
                .orElse(weight);
    }

    /** The nearest index where whole arithmetic gives it: enlarging by a whole factor. */
    Optional<Dim> wholeNearest() {
        long factor = wholeFactor();
        if (factor == 0 || !resized.equals(extent.times(factor))) {
            return Optional.empty();
        }
        boolean down = rule.nearest().equals("floor") || rule.nearest().equals(ResizeRule.BY_DIRECTION);
        boolean floors = rule.coordinates().equals("asymmetric") && down;
        boolean rounds =
                rule.coordinates().equals("half_pixel") && rule.nearest().startsWith("round");
        return floors || rounds ? Optional.of(index.floorDiv(Dim.of(factor))) : Optional.empty();
    }

    /** The scale if it is a whole number of at least 1, else 0. */
    private long wholeFactor() {
        if (scale == 0 && !extent.is(0)) {
            return resized.floorDiv(extent).asConstant().orElse(0);
        }
        return scale >= 1 && scale == Math.rint(scale) && scale < 1 << 20 ? (long) scale : 0;
    }

    /** The nearest index, in the original, as an integer. */
    Expr nearest() {
        Expr at = source();
        Expr rounded = switch (rule.nearest()) {
            case "floor" -> floor(at);
            case "ceil" -> new Expr.UnaryOperation(UnaryOp.CEIL, at);
            case "round_prefer_ceil" -> rounded(at, CompareOp.GT, 0.5 - ResizeRule.TIE);
            case ResizeRule.BY_DIRECTION -> scale < 1 ? new Expr.UnaryOperation(UnaryOp.CEIL, at) : floor(at);
            default -> rounded(at, CompareOp.GE, 0.5 + ResizeRule.TIE);
        };
        return ScalarTerms.cast(clamp(rounded), DType.I64);
    }

    /** Up where what is above the next lower whole number is {@code relation} to {@code bound}, else down. */
    private static Expr rounded(Expr at, CompareOp relation, double bound) {
        Expr low = floor(at);
        Expr above = new Expr.BinaryOperation(BinaryOp.SUB, at, low);
        Expr step = new Expr.Conditional(new Expr.Comparison(relation, above, number(bound)), number(1), number(0));
        return new Expr.BinaryOperation(BinaryOp.ADD, low, step);
    }
}
