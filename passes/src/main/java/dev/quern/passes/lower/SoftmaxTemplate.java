package dev.quern.passes.lower;

import dev.quern.ir.Combiner;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/** Per row: the greatest, then exponentials and their sum, then the quotient. */
final class SoftmaxTemplate {
    private SoftmaxTemplate() {}

    static Lowered lower(Drawing drawing, Op.Softmax softmax) {
        RowPasses rows = new RowPasses(drawing, List.of(softmax.axis()));
        Buffer greatest = rows.scalar("greatest");
        Buffer sum = rows.scalar("sum");
        Buffer scale = rows.scalar("scale");
        Expr total = rows.read(sum);
        boolean keeps = rows.stagesExactly() && !softmax.logarithm();
        Stmt first = rows.pass(
                at -> Sketch.block(rows.stage(at), RowPasses.reduce(greatest, Combiner.MAX, rows.staged(at))));
        Stmt second = rows.pass(at -> {
            Expr exponential =
                    new Expr.UnaryOperation(UnaryOp.EXP, RowPasses.minus(rows.staged(at), rows.read(greatest)));
            return keeps
                    ? Sketch.block(rows.stage(at, exponential), RowPasses.reduce(sum, Combiner.SUM, rows.staged(at)))
                    : RowPasses.reduce(sum, Combiner.SUM, exponential);
        });
        Expr factor = softmax.logarithm()
                ? new Expr.UnaryOperation(UnaryOp.LOG, total)
                : RowPasses.over(ScalarTerms.number(1, rows.type()), total);
        Stmt third = rows.pass(at -> {
            Expr shifted = keeps ? null : RowPasses.minus(rows.staged(at), rows.read(greatest));
            Expr value;
            if (softmax.logarithm()) {
                value = RowPasses.minus(shifted, rows.read(scale));
            } else {
                Expr exponential = keeps ? rows.staged(at) : new Expr.UnaryOperation(UnaryOp.EXP, shifted);
                value = RowPasses.times(exponential, rows.read(scale));
            }
            return drawing.store(at, value);
        });
        List<Stmt> steps = List.of(
                RowPasses.write(greatest, Reductions.empty(Combiner.MAX, rows.type())),
                first,
                RowPasses.write(sum, ScalarTerms.number(0, rows.type())),
                second,
                RowPasses.write(scale, factor),
                third);
        return drawing.finish("softmax", rows.rows(List.of(greatest, sum, scale), steps));
    }
}
