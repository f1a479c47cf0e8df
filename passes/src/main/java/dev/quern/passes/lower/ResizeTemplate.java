package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Interpolation: each element of the result is a weighted sum of one, two or four elements of x along each resized axis. Rules that
 * average over a widened or a cropped window are left to the interpreter.
 */
final class ResizeTemplate {
    /** An element of x along one axis, and its weight. */
    private record Tap(Dim index, Expr weight) {}

    private ResizeTemplate() {}

    /** Whether this template knows the rule. */
    static boolean covers(ResizeRule rule) {
        return !rule.antialias() && !rule.excludeOutside() && SourceCoordinate.covers(rule.coordinates());
    }

    static Lowered lower(Drawing drawing, Op.Resize resize) {
        Shape from = drawing.anchor().input(0).type().shape();
        Shape to = resize.shape();
        List<Sketch.Loop> loops = drawing.sketch().loops("i", to);
        List<Dim> indices = Sketch.indices(loops);
        Stmt store = drawing.elements().site(() -> {
            List<List<Tap>> taps = new ArrayList<>();
            for (int axis = 0; axis < to.rank(); axis++) {
                boolean same = resize.scales().get(axis) == 1 && from.dim(axis).equals(to.dim(axis));
                SourceCoordinate coordinate = new SourceCoordinate(
                        resize.rule(), indices.get(axis), resize.scales().get(axis), from.dim(axis), to.dim(axis));
                taps.add(same ? List.of(new Tap(indices.get(axis), null)) : taps(drawing, coordinate));
            }
            return drawing.store(indices, weighted(drawing, taps, new ArrayList<>()));
        });
        return drawing.finish("resize", Sketch.nest(loops, store));
    }

    private static List<Tap> taps(Drawing drawing, SourceCoordinate coordinate) {
        return switch (coordinate.rule().mode()) {
            case NEAREST -> List.of(new Tap(nearest(drawing, coordinate), null));
            case LINEAR -> linear(drawing, coordinate);
            case CUBIC -> cubic(drawing, coordinate);
        };
    }

    private static Dim nearest(Drawing drawing, SourceCoordinate coordinate) {
        return coordinate
                .wholeNearest()
                .orElseGet(() -> drawing.elements().bound(coordinate.nearest(), coordinate.extent()));
    }

    private static List<Tap> linear(Drawing drawing, SourceCoordinate coordinate) {
        Expr at = coordinate.clamped();
        Expr low = SourceCoordinate.floor(at);
        Expr fraction = new Expr.Binary(BinaryOp.SUB, at, low);
        Expr rest = new Expr.Binary(BinaryOp.SUB, SourceCoordinate.number(1), fraction);
        Expr high = new Expr.Binary(
                BinaryOp.MIN, new Expr.Binary(BinaryOp.ADD, low, SourceCoordinate.number(1)), coordinate.last());
        return List.of(tap(drawing, coordinate, low, rest), tap(drawing, coordinate, high, fraction));
    }

    private static List<Tap> cubic(Drawing drawing, SourceCoordinate coordinate) {
        Expr at = coordinate.source();
        Expr low = SourceCoordinate.floor(at);
        Expr fraction = new Expr.Binary(BinaryOp.SUB, at, low);
        List<Tap> taps = new ArrayList<>();
        for (int tap = -1; tap <= 2; tap++) {
            Expr place = new Expr.Binary(BinaryOp.ADD, low, SourceCoordinate.number(tap));
            Expr weight = CubicWeight.of(coordinate.rule().cubicCoefficient(), fraction, tap);
            taps.add(tap(drawing, coordinate, coordinate.clamp(place), weight));
        }
        return taps;
    }

    private static Tap tap(Drawing drawing, SourceCoordinate coordinate, Expr place, Expr weight) {
        return new Tap(drawing.elements().bound(Scalars.cast(place, DType.I64), coordinate.extent()), weight);
    }

    /** The sum over the taps of the axes from {@code chosen.size()} on. */
    private static Expr weighted(Drawing drawing, List<List<Tap>> taps, List<Dim> chosen) {
        if (chosen.size() == taps.size()) {
            return Scalars.wide(drawing.operand(0, List.copyOf(chosen)));
        }
        Expr sum = null;
        for (Tap tap : taps.get(chosen.size())) {
            chosen.add(tap.index());
            Expr value = weighted(drawing, taps, chosen);
            chosen.removeLast();
            if (tap.weight() == null) {
                return value;
            }
            Expr part = new Expr.Binary(BinaryOp.MUL, value, Scalars.cast(tap.weight(), value.dtype()));
            sum = sum == null ? part : new Expr.Binary(BinaryOp.ADD, sum, part);
        }
        return sum;
    }
}
