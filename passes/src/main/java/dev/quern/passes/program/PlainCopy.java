package dev.quern.passes.program;

import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;

/** Whether a kernel only moves elements. */
final class PlainCopy {
    private PlainCopy() {}

    /** Whether all that {@code stmt} does is store what it loads. */
    static boolean isIn(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Block block -> block.statements().stream().allMatch(PlainCopy::isIn);
            case Stmt.For loop -> isIn(loop.body());
            case Stmt.Store store -> store.value() instanceof Expr.Load;
            case Stmt.Section section -> isIn(section.body());
            case Stmt.Guard guard -> isIn(guard.then()) && isIn(guard.otherwise());
            case Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Let _ -> false;
        };
    }
}
