package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Window;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions, channels last, as implicit contractions: rows {@code m} are windows along the last spatial axis, columns
 * {@code n} are channels of the result, and {@code k} runs over the window and the channels of the operand.
 */
final class ConvolutionTemplate {
    private ConvolutionTemplate() {}

    static Lowered convolve(Drawing drawing, Op.Convolve convolve) {
        Shape x = drawing.anchor().input(0).type().shape();
        Shape w = drawing.anchor().input(1).type().shape();
        Shape y = drawing.anchor().output().type().shape();
        Sketch sketch = drawing.sketch();
        Dim channels = w.dim(-2);
        Dim groups = Dim.of(convolve.groups());
        Dim columns = y.dim(-1).floorDiv(groups);
        boolean lanesAreGroups = convolve.groups() > 1 && channels.is(1);
        WindowLoops windows = new WindowLoops(sketch, convolve.window(), y, x);
        List<Sketch.SketchLoop> between = new ArrayList<>();
        Dim group = Dim.ZERO;
        if (convolve.groups() > 1 && !lanesAreGroups) {
            Sketch.SketchLoop loop = sketch.loop(AxisRole.BATCH, groups);
            between.add(loop);
            group = loop.index();
        }
        Sketch.SketchLoop lane =
                sketch.loop(lanesAreGroups ? AxisRole.CHANNEL : AxisRole.COLUMN, lanesAreGroups ? y.dim(-1) : columns);
        Sketch.SketchLoop channel = sketch.loop(AxisRole.REDUCED, channels);
        Dim column = group.times(columns).plus(lane.index());
        Dim source = lanesAreGroups
                ? sketch.ranges().simplify(lane.index().floorDiv(columns))
                : group.times(channels).plus(channel.index());
        Buffer sum = sum(drawing);
        Stmt product = product(drawing, sum, windows.source(source), windows.taps(channel.index(), column));
        Stmt reduced = windows.overWindow(Sketch.nest(List.of(channel), product));
        Stmt body = finished(drawing, sum, reduced, windows.place(column));
        String template = lanesAreGroups ? "depthwise" : "convolution";
        return drawing.finish(template, windows.overWindows(between, Sketch.nest(List.of(lane), body)));
    }

    /** In gather form: an element of the result sums over those elements of the window that hit an element of the operand. */
    static Lowered transposed(Drawing drawing, Op.ConvolveTransposed convolve) {
        Window window = convolve.window();
        Shape x = drawing.anchor().input(0).type().shape();
        Shape w = drawing.anchor().input(1).type().shape();
        Shape y = drawing.anchor().output().type().shape();
        Sketch sketch = drawing.sketch();
        Dim groups = Dim.of(convolve.groups());
        Dim channels = x.dim(-1).floorDiv(groups);
        List<Sketch.SketchLoop> outer = new ArrayList<>(List.of(sketch.loop(AxisRole.BATCH, y.dim(0))));
        List<Dim> source = new ArrayList<>(List.of(outer.getFirst().index()));
        List<Sketch.SketchLoop> taps = new ArrayList<>();
        List<Dim> hits = new ArrayList<>();
        for (int axis = 0; axis < window.rank(); axis++) {
            outer.add(sketch.loop(axis == window.rank() - 1 ? AxisRole.ROW : AxisRole.BATCH, y.dim(axis + 1)));
            taps.add(sketch.loop(AxisRole.REDUCED, Dim.of(window.extents().get(axis))));
            Dim shifted = outer.getLast()
                    .index()
                    .plus(window.before().get(axis))
                    .minus(taps.getLast().index().times(window.dilations().get(axis)));
            Dim at = shifted.floorDiv(Dim.of(window.strides().get(axis)));
            if (window.strides().get(axis) != 1) {
                hits.add(at.times(window.strides().get(axis)).minus(shifted));
            }
            hits.add(at);
            hits.add(x.dim(axis + 1).minus(1).minus(at));
            source.add(at);
        }
        List<Dim> place = new ArrayList<>(Sketch.indices(outer));
        Sketch.SketchLoop group = sketch.loop(AxisRole.BATCH, groups);
        Sketch.SketchLoop lane = sketch.loop(AxisRole.CHANNEL, w.dim(-1));
        Sketch.SketchLoop channel = sketch.loop(AxisRole.REDUCED, channels);
        Dim from = group.index().times(channels).plus(channel.index());
        source.add(from);
        place.add(group.index().times(w.dim(-1)).plus(lane.index()));
        List<Dim> weights = new ArrayList<>(Sketch.indices(taps));
        weights.add(from);
        weights.add(lane.index());
        Buffer sum = sum(drawing);
        Stmt product = Sketch.nest(List.of(channel), product(drawing, sum, source, weights));
        Stmt reduced = Sketch.nest(taps, new Stmt.Guard(hits, product, Stmt.NOTHING));
        outer.add(group);
        outer.add(lane);
        return drawing.finish("transposed", Sketch.nest(outer, finished(drawing, sum, reduced, place)));
    }

    private static Buffer sum(Drawing drawing) {
        DType storage = drawing.anchor().output().type().dtype();
        return drawing.sketch().scalar("acc", ScalarTerms.arithmetic(storage));
    }

    private static Stmt product(Drawing drawing, Buffer sum, List<Dim> source, List<Dim> weights) {
        return drawing.elements().site(() -> {
            drawing.sketch().operandsAre(Sketch.Side.ROWS);
            Expr a = ScalarTerms.cast(drawing.operand(0, source), sum.dtype());
            drawing.sketch().operandsAre(Sketch.Side.COLUMNS);
            Expr b = ScalarTerms.cast(drawing.operand(1, weights), sum.dtype());
            drawing.sketch().operandsAre(Sketch.Side.OTHER);
            return Stmt.ReduceInto.product(sum.name(), List.of(), a, b);
        });
    }

    private static Stmt finished(Drawing drawing, Buffer sum, Stmt reduced, List<Dim> place) {
        return new Stmt.Allocate(
                sum,
                Sketch.block(
                        Sketch.write(sum.name(), ScalarTerms.number(0, sum.dtype())),
                        reduced,
                        drawing.store(place, Sketch.read(sum.name(), sum.dtype()))));
    }
}
