package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Interpolation: each element of the result is a weighted sum of one, two or four elements of x along each resized axis; of integers
 * it is computed in f32 and truncated. Rules that average over a widened or a cropped window are left to the interpreter.
 */
final class ResizeTemplate {
    /**
     * An element of x along one axis.
     *
     * @param index of the element
     * @param weight null where the element is taken as it is
     * @param unless where this holds the element has no part in the sum, even if it is infinite; null where it always has
     */
    private record Tap(Dim index, Expr weight, Expr unless) {
        static Tap whole(Dim index) {
            return new Tap(index, null, null);
        }
    }

    private ResizeTemplate() {}

    /** Whether this template knows the rule. */
    static boolean covers(ResizeRule rule) {
        return !rule.antialias() && !rule.excludeOutside() && SourceCoordinate.covers(rule.coordinates());
    }

    static Lowered lower(Drawing drawing, Op.Resize resize) {
        Shape from = drawing.anchor().input(0).type().shape();
        Shape to = resize.shape();
        List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.ELEMENT, to);
        List<Dim> indices = Sketch.indices(loops);
        DType type = drawing.anchor().output().type().dtype();
        boolean whole = type.isInteger();
        Stmt store = drawing.elements().site(() -> {
            List<List<Tap>> taps = new ArrayList<>();
            for (int axis = 0; axis < to.rank(); axis++) {
                boolean same = SourceCoordinate.keeps(resize.scales().get(axis), from.dim(axis), to.dim(axis));
                SourceCoordinate coordinate = new SourceCoordinate(
                        resize.rule(), indices.get(axis), resize.scales().get(axis), from.dim(axis), to.dim(axis));
                taps.add(same ? List.of(Tap.whole(indices.get(axis))) : taps(drawing, coordinate));
            }
            boolean interpolates = resize.rule().mode() != ResizeRule.Interpolation.NEAREST;
            Expr element = whole && resize.rule().mode() == ResizeRule.Interpolation.LINEAR
                    ? corners(drawing, taps, new ArrayList<>(), null)
                    : weighted(drawing, taps, new ArrayList<>(), whole && interpolates);
            return drawing.store(indices, ScalarTerms.cast(element, ScalarTerms.arithmetic(type)));
        });
        return drawing.finish("resize", Sketch.nest(loops, store));
    }

    private static List<Tap> taps(Drawing drawing, SourceCoordinate coordinate) {
        return switch (coordinate.rule().mode()) {
            case NEAREST -> List.of(Tap.whole(nearest(drawing, coordinate)));
            case LINEAR -> linear(drawing, coordinate);
            case CUBIC -> cubic(drawing, coordinate);
        };
    }

    private static Dim nearest(Drawing drawing, SourceCoordinate coordinate) {
        return coordinate
                .wholeNearest()
                .orElseGet(() -> drawing.elements().bound(coordinate.nearest(), coordinate.extent()));
    }

    /**
     * The last element is taken twice with half the weight, as ONNX Runtime does: a sum of integers may be rounded otherwise, and
     * an infinity times 0 is none.
     */
    private static List<Tap> linear(Drawing drawing, SourceCoordinate coordinate) {
        Expr at = coordinate.clamped();
        Expr low = SourceCoordinate.floor(at);
        Expr fraction = new Expr.BinaryOperation(BinaryOp.SUB, at, low);
        Expr rest = new Expr.BinaryOperation(BinaryOp.SUB, SourceCoordinate.number(1), fraction);
        Expr high = new Expr.BinaryOperation(
                BinaryOp.MIN,
                new Expr.BinaryOperation(BinaryOp.ADD, low, SourceCoordinate.number(1)),
                coordinate.last());
        Expr half = SourceCoordinate.number(0.5);
        Expr isLast = new Expr.Comparison(CompareOp.GE, at, coordinate.last());
        rest = coordinate.unlessSame(new Expr.Conditional(isLast, half, rest), 1);
        fraction = coordinate.unlessSame(new Expr.Conditional(isLast, half, fraction), 0);
        Expr same = coordinate.same().orElse(null);
        return List.of(tap(drawing, coordinate, low, rest, null), tap(drawing, coordinate, high, fraction, same));
    }

    private static List<Tap> cubic(Drawing drawing, SourceCoordinate coordinate) {
        Expr at = coordinate.source();
        Expr low = SourceCoordinate.floor(at);
        Expr fraction = new Expr.BinaryOperation(BinaryOp.SUB, at, low);
        List<Tap> taps = new ArrayList<>();
        for (int tap = -1; tap <= 2; tap++) {
            Expr place = new Expr.BinaryOperation(BinaryOp.ADD, low, SourceCoordinate.number(tap));
            Expr weight = CubicWeight.of(coordinate.rule().cubicCoefficient(), fraction, tap);
            Expr same = tap == 0 ? null : coordinate.same().orElse(null);
            taps.add(tap(drawing, coordinate, coordinate.clamp(place), weight, same));
        }
        return taps;
    }

    private static Tap tap(Drawing drawing, SourceCoordinate coordinate, Expr place, Expr weight, Expr unless) {
        Dim index = drawing.elements().bound(ScalarTerms.cast(place, DType.I64), coordinate.extent());
        return new Tap(index, weight, unless);
    }

    /** The sum over the taps of the axes from {@code chosen.size()} on; of integers in f32. */
    private static Expr weighted(Drawing drawing, List<List<Tap>> taps, List<Dim> chosen, boolean whole) {
        if (chosen.size() == taps.size()) {
            Expr element = drawing.operand(0, List.copyOf(chosen));
            return whole ? ScalarTerms.cast(element, DType.F32) : ScalarTerms.wide(element);
        }
        Expr sum = null;
        for (Tap tap : taps.get(chosen.size())) {
            chosen.add(tap.index());
            Expr value = weighted(drawing, taps, chosen, whole);
            chosen.removeLast();
            if (tap.weight() == null) {
                return value;
            }
            Expr part = new Expr.BinaryOperation(BinaryOp.MUL, value, ScalarTerms.cast(tap.weight(), value.dtype()));
            if (tap.unless() != null) {
                part = new Expr.Conditional(
                        tap.unless(), ScalarTerms.cast(SourceCoordinate.number(-0.0), value.dtype()), part);
            }
            sum = sum == null ? part : new Expr.BinaryOperation(BinaryOp.ADD, sum, part);
        }
        return sum;
    }

    /**
     * The sum over the corners of a cell of integers, those that differ in the last axis beside each other, each times the product
     * of its weights with the last axis first: in the order of ONNX Runtime, since what it comes to is truncated.
     */
    private static Expr corners(Drawing drawing, List<List<Tap>> taps, List<Tap> chosen, Expr before) {
        if (chosen.size() == taps.size()) {
            Expr product = null;
            for (Tap tap : chosen.reversed()) {
                if (tap.weight() != null) {
                    product = product == null
                            ? tap.weight()
                            : new Expr.BinaryOperation(BinaryOp.MUL, product, tap.weight());
                }
            }
            List<Dim> place = chosen.stream().map(Tap::index).toList();
            Expr element = ScalarTerms.cast(drawing.operand(0, place), DType.F32);
            Expr part = product == null ? element : new Expr.BinaryOperation(BinaryOp.MUL, product, element);
            return before == null ? part : new Expr.BinaryOperation(BinaryOp.ADD, before, part);
        }
        Expr sum = before;
        for (Tap tap : taps.get(chosen.size())) {
            chosen.add(tap);
            sum = corners(drawing, taps, chosen, sum);
            chosen.removeLast();
        }
        return sum;
    }
}
