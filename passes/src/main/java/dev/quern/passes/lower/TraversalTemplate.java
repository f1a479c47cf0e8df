package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Regions that visit each element of their result once and need no other: elementwise, copies, concatenations, pads. */
final class TraversalTemplate {
    private TraversalTemplate() {}

    /** {@code y[i…] = f(i…)}. */
    static Lowered elementwise(Drawing drawing) {
        Value result = drawing.region().root().output();
        List<Sketch.Loop> loops = drawing.sketch().loops("i", result.type().shape());
        List<Dim> indices = Sketch.indices(loops);
        Stmt store = drawing.elements().site(() -> {
            Expr element = drawing.elements().at(result, indices);
            return new Stmt.Store(drawing.sketch().result(result).name(), indices, element);
        });
        return drawing.finish("traversal", Sketch.nest(loops, store));
    }

    /** One nest per part, but none for those that are computed in their place already. */
    static Lowered concat(Drawing drawing, int axis, Set<Integer> inPlace) {
        Node node = drawing.anchor();
        List<Stmt> nests = new ArrayList<>();
        Dim offset = Dim.ZERO;
        for (int position = 0; position < node.inputs().size(); position++) {
            Value part = node.input(position);
            Shape shape = part.type().shape();
            if (!inPlace.contains(position)) {
                Dim start = offset;
                List<Sketch.Loop> loops = drawing.sketch().loops("i", shape);
                List<Dim> indices = Sketch.indices(loops);
                List<Dim> place = new ArrayList<>(indices);
                place.set(axis, indices.get(axis).plus(start));
                Stmt store = drawing.elements()
                        .site(() -> new Stmt.Store(
                                drawing.sketch().result(node.output()).name(),
                                place,
                                drawing.elements().at(part, indices)));
                nests.add(Sketch.nest(loops, store));
            }
            offset = offset.plus(shape.dim(axis));
        }
        return drawing.finish("traversal", Sketch.block(nests));
    }

    /** The element at an index outside is the fill, by a guard outside the loops of the axes that are not padded. */
    static Lowered pad(Drawing drawing, Op.Pad pad) {
        Node node = drawing.anchor();
        Shape shape = node.output().type().shape();
        Shape source = node.input(0).type().shape();
        List<Sketch.Loop> loops = drawing.sketch().loops("i", shape);
        List<Dim> indices = Sketch.indices(loops);
        List<Dim> from = new ArrayList<>();
        List<Dim> inside = new ArrayList<>();
        int innermost = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim before = pad.before().get(axis);
            Dim at = indices.get(axis).minus(before);
            boolean padded = !before.is(0) || !pad.after().get(axis).is(0);
            if (padded) {
                innermost = axis + 1;
            }
            if (padded && pad.mode() == Op.PadMode.CONSTANT) {
                inside.add(at);
                inside.add(source.dim(axis).minus(1).minus(at));
            }
            from.add(padded ? mirrored(pad.mode(), at, source.dim(axis)) : at);
        }
        String result = drawing.sketch().result(node.output()).name();
        List<Sketch.Loop> inner = loops.subList(innermost, loops.size());
        Stmt copy = Sketch.nest(
                inner, drawing.elements().site(() -> new Stmt.Store(result, indices, drawing.operand(0, from))));
        Stmt body = copy;
        if (pad.mode() == Op.PadMode.CONSTANT) {
            List<Sketch.Loop> others =
                    drawing.sketch().loops("i", new Shape(shape.dims().subList(innermost, shape.rank())));
            List<Dim> place = new ArrayList<>(indices.subList(0, innermost));
            place.addAll(Sketch.indices(others));
            Stmt fill = drawing.elements().site(() -> new Stmt.Store(result, place, drawing.operand(1, List.of())));
            body = new Stmt.Guard(inside, copy, Sketch.nest(others, fill));
        }
        return drawing.finish("traversal", Sketch.nest(loops.subList(0, innermost), body));
    }

    private static Dim mirrored(Op.PadMode mode, Dim at, Dim extent) {
        return switch (mode) {
            case CONSTANT -> at;
            case EDGE -> at.max(Dim.ZERO).min(extent.minus(1));
            case REFLECT -> {
                Dim positive = at.max(at.times(-1));
                yield positive.min(extent.minus(1).times(2).minus(positive));
            }
            case WRAP -> at.mod(extent);
        };
    }
}
