package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Per row: the mean, then the variance around it, then the result; without centring, the mean square then the result. */
final class NormalizeTemplate {
    private NormalizeTemplate() {}

    static Lowered lower(Drawing drawing, Op.Normalize normalize) {
        int rank = drawing.anchor().output().type().shape().rank();
        RowPasses rows = new RowPasses(
                drawing, IntStream.range(normalize.axis(), rank).boxed().toList());
        Buffer mean = rows.scalar("mean");
        Buffer variance = rows.scalar("variance");
        Buffer scale = rows.scalar("scale");
        Expr count = ScalarTerms.cast(new Expr.Index(rows.count(), DType.I64), rows.type());
        List<Stmt> steps = new ArrayList<>();
        if (normalize.centred()) {
            steps.add(RowPasses.write(mean, ScalarTerms.number(0, rows.type())));
            steps.add(rows.pass(
                    at -> Sketch.block(rows.stage(at), RowPasses.reduce(mean, Combiner.SUM, rows.staged(at)))));
            steps.add(RowPasses.write(mean, RowPasses.over(rows.read(mean), count)));
        }
        steps.add(RowPasses.write(variance, ScalarTerms.number(0, rows.type())));
        steps.add(rows.pass(at -> normalize.centred()
                ? square(drawing, variance, RowPasses.minus(rows.staged(at), rows.read(mean)))
                : Sketch.block(rows.stage(at), square(drawing, variance, rows.staged(at)))));
        Expr spread = new Expr.BinaryOperation(
                BinaryOp.ADD,
                RowPasses.over(rows.read(variance), count),
                ScalarTerms.number(normalize.epsilon(), rows.type()));
        steps.add(RowPasses.write(
                scale,
                RowPasses.over(ScalarTerms.number(1, rows.type()), new Expr.UnaryOperation(UnaryOp.SQRT, spread))));
        steps.add(rows.pass(at -> {
            Expr centred = normalize.centred() ? RowPasses.minus(rows.staged(at), rows.read(mean)) : rows.staged(at);
            return finished(drawing, normalize, at, RowPasses.times(centred, rows.read(scale)));
        }));
        List<Buffer> scalars = normalize.centred() ? List.of(mean, variance, scale) : List.of(variance, scale);
        return drawing.finish("normalize", rows.rows(scalars, steps));
    }

    private static Stmt square(Drawing drawing, Buffer sum, Expr value) {
        return drawing.elements().site(() -> {
            Expr kept = drawing.elements().keep(value);
            return Stmt.ReduceInto.fma(sum.name(), List.of(), kept, kept);
        });
    }

    private static Stmt finished(Drawing drawing, Op.Normalize normalize, List<Dim> at, Expr normal) {
        List<Dim> inRow = at.subList(normalize.axis(), at.size());
        int operands = drawing.anchor().inputs().size();
        return drawing.elements().site(() -> {
            Expr value = normal;
            if (operands > 1) {
                value = RowPasses.times(value, ScalarTerms.wide(drawing.operand(1, inRow)));
            }
            if (operands > 2) {
                value = new Expr.BinaryOperation(BinaryOp.ADD, value, ScalarTerms.wide(drawing.operand(2, inRow)));
            }
            return drawing.store(at, value);
        });
    }
}
