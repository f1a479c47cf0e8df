package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Window;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * The loops of a sliding window: over the result's batch and outer spatial axes ({@code o}), its last spatial axis ({@code m}) and
 * the window's extents ({@code k}); and where in the operand each element of a window lies.
 */
final class WindowLoops {
    private final Window window;
    private final List<Sketch.SketchLoop> outer = new ArrayList<>();
    private final List<Sketch.SketchLoop> taps = new ArrayList<>();
    private final List<Dim> place = new ArrayList<>();
    private final List<Dim> source = new ArrayList<>();
    private final List<Dim> inside = new ArrayList<>();

    /**
     * @param result the result's shape, channels last
     * @param operand the operand's shape, channels last
     */
    WindowLoops(Sketch sketch, Window window, Shape result, Shape operand) {
        this.window = window;
        Sketch.SketchLoop batch = sketch.loop(AxisRole.BATCH, result.dim(0));
        outer.add(batch);
        place.add(batch.index());
        source.add(batch.index());
        for (int axis = 0; axis < window.rank(); axis++) {
            Sketch.SketchLoop loop =
                    sketch.loop(axis == window.rank() - 1 ? AxisRole.ROW : AxisRole.BATCH, result.dim(axis + 1));
            outer.add(loop);
            place.add(loop.index());
        }
        for (int axis = 0; axis < window.rank(); axis++) {
            Sketch.SketchLoop tap =
                    sketch.loop(AxisRole.REDUCED, Dim.of(window.extents().get(axis)));
            taps.add(tap);
            Dim at = start(axis).plus(tap.index().times(window.dilations().get(axis)));
            source.add(at);
            if (isPadded(axis)) {
                inside.add(at);
                inside.add(operand.dim(axis + 1).minus(1).minus(at));
            }
        }
    }

    /** Where the window at hand begins in the operand, which may be before it. */
    Dim start(int axis) {
        return place.get(axis + 1)
                .times(window.strides().get(axis))
                .minus(window.before().get(axis));
    }

    /** Whether windows may reach outside along {@code axis}. */
    boolean isPadded(int axis) {
        return !window.before().get(axis).is(0) || !window.after().get(axis).is(0);
    }

    /** The result's indices, without that of its channel. */
    List<Dim> place(Dim channel) {
        return with(place, channel);
    }

    /** The operand's indices, with that of its channel. */
    List<Dim> source(Dim channel) {
        return with(source, channel);
    }

    /** The weights' indices in the window, and {@code more}. */
    List<Dim> taps(Dim... more) {
        List<Dim> indices = new ArrayList<>(Sketch.indices(taps));
        indices.addAll(List.of(more));
        return indices;
    }

    private static List<Dim> with(List<Dim> indices, Dim last) {
        List<Dim> longer = new ArrayList<>(indices);
        longer.add(last);
        return longer;
    }

    /** {@code body} for each element of the window that lies inside the operand. */
    Stmt overWindow(Stmt body) {
        return Sketch.nest(taps, inside.isEmpty() ? body : new Stmt.Guard(inside, body, Stmt.NOTHING));
    }

    /** {@code body} for each window, {@code between} inside the loops of batch and outer axes, around the last axis. */
    Stmt overWindows(List<Sketch.SketchLoop> between, Stmt body) {
        List<Sketch.SketchLoop> loops = new ArrayList<>(outer);
        loops.addAll(outer.size() - 1, between);
        return Sketch.nest(loops, body);
    }
}
