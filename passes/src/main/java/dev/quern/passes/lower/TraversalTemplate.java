package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Regions that visit each element of their result once and need no other: elementwise, copies, concatenations. */
final class TraversalTemplate {
    private TraversalTemplate() {}

    /** {@code y[i…] = f(i…)}. */
    static Lowered elementwise(Drawing drawing) {
        Value result = drawing.region().root().output();
        List<Sketch.SketchLoop> loops =
                drawing.sketch().loops(AxisRole.ELEMENT, result.type().shape());
        List<Dim> indices = Sketch.indices(loops);
        Stmt store = drawing.elements().site(() -> {
            Expr element = drawing.elements().at(result, indices);
            return new Stmt.Store(drawing.sketch().result(result).name(), indices, element);
        });
        return drawing.finish("traversal", Sketch.nest(loops, store));
    }

    /** {@code y[i…] = x[i…]} of an operand of the anchor that has the result's shape. */
    static Lowered operand(Drawing drawing, int operand) {
        Value result = drawing.anchor().output();
        List<Sketch.SketchLoop> loops =
                drawing.sketch().loops(AxisRole.ELEMENT, result.type().shape());
        List<Dim> indices = Sketch.indices(loops);
        Stmt store = drawing.elements()
                .site(() -> new Stmt.Store(
                        drawing.sketch().result(result).name(), indices, drawing.operand(operand, indices)));
        return drawing.finish("traversal", Sketch.nest(loops, store));
    }

    /** One nest per part, but none for those that are in their place already, or are empty. */
    static Lowered concat(Drawing drawing, int axis, Set<Integer> inPlace) {
        Node node = drawing.anchor();
        List<Stmt> nests = new ArrayList<>();
        Dim offset = Dim.ZERO;
        for (int position = 0; position < node.inputs().size(); position++) {
            Value part = node.input(position);
            Shape shape = part.type().shape();
            if (!inPlace.contains(position)) {
                Dim start = offset;
                List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.ELEMENT, shape);
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
}
