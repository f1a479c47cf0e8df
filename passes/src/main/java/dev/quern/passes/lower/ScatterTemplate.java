package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Joins updates one after the other to what is in the result already, so that later ones win. */
final class ScatterTemplate {
    private ScatterTemplate() {}

    /** {@code for u: y[u with indices[u] on the axis] ∘= updates[u]}. */
    static Lowered elements(Drawing drawing, Op.ScatterElements scatter) {
        Shape shape = drawing.anchor().input(2).type().shape();
        List<Sketch.SketchLoop> loops = drawing.sketch().loops(AxisRole.UPDATE, shape);
        List<Dim> at = Sketch.indices(loops);
        Stmt update = drawing.elements().site(() -> {
            List<Dim> place = new ArrayList<>(at);
            Dim extent = drawing.anchor().input(0).type().shape().dim(scatter.axis());
            place.set(scatter.axis(), drawing.elements().bound(drawing.operand(1, at), extent));
            return join(drawing, scatter.mode(), place, drawing.operand(2, at));
        });
        return drawing.finish("scatter", Sketch.nest(loops, update));
    }

    /** {@code for u: y[indices[u]] ∘= updates[u]}, where an index is a tuple and what it names may be a tensor. */
    static Lowered tuples(Drawing drawing, Op.ScatterNd scatter) {
        Node node = drawing.anchor();
        Shape data = node.input(0).type().shape();
        Shape indices = node.input(1).type().shape();
        int depth = (int) indices.dim(-1).constant();
        List<Sketch.SketchLoop> loops =
                drawing.sketch().loops(AxisRole.UPDATE, node.input(2).type().shape());
        List<Dim> at = Sketch.indices(loops);
        Stmt update = drawing.elements().site(() -> {
            List<Dim> place = new ArrayList<>();
            for (int entry = 0; entry < depth; entry++) {
                List<Dim> tuple = new ArrayList<>(at.subList(0, indices.rank() - 1));
                tuple.add(Dim.of(entry));
                place.add(drawing.elements().bound(drawing.operand(1, tuple), data.dim(entry)));
            }
            place.addAll(at.subList(indices.rank() - 1, at.size()));
            return join(drawing, scatter.mode(), place, drawing.operand(2, at));
        });
        return drawing.finish("scatter", Sketch.nest(loops, update));
    }

    private static Stmt join(Drawing drawing, Op.ScatterMode mode, List<Dim> place, Expr update) {
        String result = drawing.sketch().result(drawing.anchor().output()).name();
        if (mode == Op.ScatterMode.OVERWRITE) {
            return new Stmt.Store(result, place, update);
        }
        Combiner combiner = switch (mode) {
            case OVERWRITE -> throw new IllegalArgumentException("nothing to combine");
            case ADD -> Combiner.SUM;
            case MULTIPLY -> Combiner.PRODUCT;
            case MIN -> Combiner.MIN;
            case MAX -> Combiner.MAX;
        };
        DType storage = update.dtype();
        if (ScalarTerms.arithmetic(storage) == storage) {
            return new Stmt.ReduceInto(result, place, combiner, update);
        }
        Expr before = ScalarTerms.wide(new Expr.Load(result, place, storage));
        Expr after = new Expr.BinaryOperation(combiner.function(), before, ScalarTerms.wide(update));
        return new Stmt.Store(result, place, ScalarTerms.narrow(after, storage));
    }
}
