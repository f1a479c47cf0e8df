package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Window;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/** Greatest or mean of each window, channels last. */
final class PoolTemplate {
    private PoolTemplate() {}

    static Lowered lower(Drawing drawing, Op.Pool pool) {
        Shape x = drawing.anchor().input(0).type().shape();
        Shape y = drawing.anchor().output().type().shape();
        boolean greatest = pool.kind() == Op.PoolKind.MAX;
        WindowLoops windows = new WindowLoops(drawing.sketch(), pool.window(), y, x);
        Sketch.SketchLoop channel = drawing.sketch().loop(AxisRole.CHANNEL, y.dim(-1));
        DType type = ScalarTerms.arithmetic(drawing.anchor().output().type().dtype());
        Combiner combiner = greatest ? Combiner.MAX : Combiner.SUM;
        Buffer sum = drawing.sketch().scalar("acc", type);
        Stmt join = drawing.elements()
                .site(() -> new Stmt.ReduceInto(
                        sum.name(),
                        List.of(),
                        combiner,
                        ScalarTerms.wide(drawing.operand(0, windows.source(channel.index())))));
        Expr total = Sketch.read(sum.name(), type);
        Expr element = greatest
                ? total
                : new Expr.BinaryOperation(
                        BinaryOp.DIV,
                        total,
                        ScalarTerms.cast(new Expr.Index(count(pool, windows, x, drawing), DType.I64), type));
        Stmt body = new Stmt.Allocate(
                sum,
                Sketch.block(
                        Sketch.write(sum.name(), Reductions.empty(combiner, type)),
                        windows.overWindow(join),
                        drawing.store(windows.place(channel.index()), element)));
        return drawing.finish("pool", windows.overWindows(List.of(), Sketch.nest(List.of(channel), body)));
    }

    /** How many elements of the window at hand count: those inside the operand, or inside its padding. */
    private static Dim count(Op.Pool pool, WindowLoops windows, Shape x, Drawing drawing) {
        Window window = pool.window();
        Dim count = Dim.ONE;
        for (int axis = 0; axis < window.rank(); axis++) {
            Dim extent = Dim.of(window.extents().get(axis));
            if (!windows.isPadded(axis) || pool.countPadding()) {
                count = count.times(extent);
                continue;
            }
            Dim step = Dim.of(window.dilations().get(axis));
            Dim first = windows.start(axis).times(-1).ceilDiv(step).max(Dim.ZERO);
            Dim end = x.dim(axis + 1).minus(windows.start(axis)).ceilDiv(step).min(extent);
            count = count.times(end.minus(first));
        }
        return drawing.sketch().ranges().simplify(count);
    }
}
