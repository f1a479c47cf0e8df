package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Writes a box over elements of what is in the result already. */
final class UpdateTemplate {
    private UpdateTemplate() {}

    /** {@code for u: y[starts + u] = update[u]}, on the axis further on by an offset, and around if circular. */
    static Lowered lower(Drawing drawing, Op.Update update) {
        Node node = drawing.anchor();
        Shape whole = node.output().type().shape();
        List<Sketch.SketchLoop> loops =
                drawing.sketch().loops(AxisRole.UPDATE, node.input(1).type().shape());
        List<Dim> at = Sketch.indices(loops);
        Stmt store = drawing.elements().site(() -> {
            List<Dim> place = new ArrayList<>();
            for (int axis = 0; axis < at.size(); axis++) {
                Dim index = update.starts().get(axis).plus(at.get(axis));
                if (axis == update.axis()) {
                    if (node.inputs().size() == 3) {
                        index = index.plus(offset(drawing, update, whole, at));
                    }
                    index = update.circular() ? index.mod(whole.dim(axis)) : index;
                }
                place.add(index);
            }
            return new Stmt.Store(drawing.sketch().result(node.output()).name(), place, drawing.operand(1, at));
        });
        return drawing.finish("update", Sketch.nest(loops, store));
    }

    /** The offset of the row at hand: within what a check admits, or around the circle. */
    private static Dim offset(Drawing drawing, Op.Update update, Shape whole, List<Dim> at) {
        Node node = drawing.anchor();
        int rank = node.input(2).type().shape().rank();
        Expr offset = drawing.operand(2, at.subList(0, rank));
        Dim extent = whole.dim(update.axis());
        if (update.circular()) {
            Expr around = new Expr.BinaryOperation(BinaryOp.MOD, offset, new Expr.Index(extent, DType.I64));
            return drawing.elements().bound(around, extent);
        }
        Dim room = extent.minus(node.input(1).type().shape().dim(update.axis()))
                .minus(update.starts().get(update.axis()));
        return drawing.elements().bound(offset, room.plus(1));
    }
}
