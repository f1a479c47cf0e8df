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
        Stmt second = rows.pass(at -> RowPasses.weight(
                drawing.sketch(),
                RowPasses.minus(rows.staged(at), rows.read(greatest)),
                weight -> keeps
                        ? Sketch.block(rows.stage(at, weight), RowPasses.reduce(sum, Combiner.SUM, rows.staged(at)))
                        : RowPasses.reduce(sum, Combiner.SUM, weight)));
        Expr factor = softmax.logarithm()
                ? new Expr.UnaryOperation(UnaryOp.LOG, total)
                : RowPasses.over(ScalarTerms.number(1, rows.type()), total);
        Stmt third = rows.pass(at -> {
            if (keeps) {
                return drawing.store(at, RowPasses.times(rows.staged(at), rows.read(scale)));
            }
            Expr shifted = RowPasses.minus(rows.staged(at), rows.read(greatest));
            return softmax.logarithm()
                    ? drawing.store(at, RowPasses.minus(shifted, rows.read(scale)))
                    : RowPasses.weight(
                            drawing.sketch(),
                            shifted,
                            weight -> drawing.store(at, RowPasses.times(weight, rows.read(scale))));
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
