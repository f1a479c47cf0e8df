package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Pads: each element of the result is one of the operand, or the fill. */
final class PadTemplate {
    private final Drawing drawing;
    private final Op.Pad pad;
    private final Shape shape;
    private final Shape source;

    private PadTemplate(Drawing drawing, Op.Pad pad) {
        Node node = drawing.anchor();
        this.drawing = drawing;
        this.pad = pad;
        this.shape = node.output().type().shape();
        this.source = node.input(0).type().shape();
    }

    static Lowered lower(Drawing drawing, Op.Pad pad) {
        PadTemplate template = new PadTemplate(drawing, pad);
        return drawing.finish("traversal", pad.mode() == Op.PadMode.CONSTANT ? template.filled() : template.mirrored());
    }

    /** Only what is added, where the operand is in its place already; no kernel if that is nothing. */
    static List<Lowered> border(Drawing drawing, Op.Pad pad) {
        PadTemplate template = new PadTemplate(drawing, pad);
        List<Stmt> nests = new ArrayList<>();
        for (int axis = 0; axis < template.shape.rank(); axis++) {
            Dim before = pad.before().get(axis);
            Dim after = pad.after().get(axis);
            if (!before.is(0)) {
                nests.add(template.slab(axis, Dim.ZERO, before));
            }
            if (!after.is(0)) {
                nests.add(template.slab(axis, before.plus(template.source.dim(axis)), after));
            }
        }
        return nests.isEmpty() ? List.of() : List.of(drawing.finish("traversal", Sketch.block(nests)));
    }

    /** {@code extent} indices of {@code axis} from {@code start} on, among what no earlier axis adds. */
    private Stmt slab(int axis, Dim start, Dim extent) {
        List<Dim> extents = new ArrayList<>(source.dims().subList(0, axis));
        extents.add(extent);
        extents.addAll(shape.dims().subList(axis + 1, shape.rank()));
        List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.ELEMENT, new Shape(extents));
        List<Dim> place = new ArrayList<>(Sketch.indices(loops));
        for (int outer = 0; outer < axis; outer++) {
            place.set(outer, place.get(outer).plus(pad.before().get(outer)));
        }
        place.set(axis, place.get(axis).plus(start));
        return Sketch.nest(loops, fill(place));
    }

    private Stmt fill(List<Dim> place) {
        return drawing.elements()
                .site(() -> new Stmt.Store(
                        drawing.sketch().result(drawing.anchor().output()).name(),
                        place,
                        drawing.operand(1, List.of())));
    }

    private boolean isPadded(int axis) {
        return !pad.before().get(axis).is(0) || !pad.after().get(axis).is(0);
    }

    private Stmt store(List<Dim> place, List<Dim> from) {
        return drawing.elements()
                .site(() -> new Stmt.Store(
                        drawing.sketch().result(drawing.anchor().output()).name(), place, drawing.operand(0, from)));
    }

    /** The element at an index outside is the fill, by a guard outside the loops of the axes that are not padded. */
    private Stmt filled() {
        List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.ELEMENT, shape);
        List<Dim> indices = Sketch.indices(loops);
        List<Dim> from = new ArrayList<>();
        List<Dim> inside = new ArrayList<>();
        int innermost = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim at = indices.get(axis).minus(pad.before().get(axis));
            if (isPadded(axis)) {
                innermost = axis + 1;
                inside.add(at);
                inside.add(source.dim(axis).minus(1).minus(at));
            }
            from.add(at);
        }
        Stmt copy = Sketch.nest(loops.subList(innermost, loops.size()), store(indices, from));
        List<Sketch.SketchLoop> others =
                drawing.sketch().loops(AxisRole.ELEMENT, new Shape(shape.dims().subList(innermost, shape.rank())));
        List<Dim> place = new ArrayList<>(indices.subList(0, innermost));
        place.addAll(Sketch.indices(others));
        Stmt body = new Stmt.Guard(inside, copy, Sketch.nest(others, fill(place)));
        return Sketch.nest(loops.subList(0, innermost), body);
    }

    /**
     * The index of the operand follows from the index of the result. A reflection turns once where the padding is narrower than
     * the axis, which is cheap; wider paddings turn again and again, which takes a division.
     */
    private Stmt mirrored() {
        List<Dim> narrow = new ArrayList<>();
        boolean wide = false;
        for (int axis = 0; axis < shape.rank() && pad.mode() == Op.PadMode.REFLECT; axis++) {
            if (isPadded(axis)) {
                Dim last = source.dim(axis).minus(1);
                for (Dim padding : List.of(pad.before().get(axis), pad.after().get(axis))) {
                    Dim room = last.minus(padding);
                    wide |= room.isConstant() && room.constant() < 0;
                    if (!room.isConstant()) {
                        narrow.add(room);
                    }
                }
            }
        }
        if (wide || narrow.isEmpty()) {
            return nest(wide);
        }
        return new Stmt.Guard(narrow, nest(false), nest(true));
    }

    private Stmt nest(boolean wide) {
        List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.ELEMENT, shape);
        List<Dim> indices = Sketch.indices(loops);
        List<Dim> from = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim at = indices.get(axis).minus(pad.before().get(axis));
            from.add(isPadded(axis) ? index(at, source.dim(axis), wide) : at);
        }
        return Sketch.nest(loops, store(indices, from));
    }

    private Dim index(Dim at, Dim extent, boolean wide) {
        Dim last = extent.minus(1);
        return switch (pad.mode()) {
            case CONSTANT -> at;
            case EDGE -> at.max(Dim.ZERO).min(last);
            case REFLECT -> {
                if (!wide) {
                    Dim positive = at.max(at.times(-1));
                    yield positive.min(last.times(2).minus(positive));
                }
                // An axis of one element has no turn to take: every index is its only one.
                Dim period = last.times(2).max(Dim.ONE);
                Dim within = at.mod(period);
                yield within.min(last.times(2).minus(within)).max(Dim.ZERO);
            }
            case WRAP -> at.mod(extent);
        };
    }
}
