package dev.quern.passes.program;

import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;

/** Whether a kernel only moves elements. */
final class PlainCopy {
    private PlainCopy() {}

    /** Whether all that {@code stmt} does is store what it loads. */
    static boolean isIn(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Store store -> store.value() instanceof Expr.Load;
            case Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Let _ -> false;
            case Stmt.Block _, Stmt.For _, Stmt.Guard _, Stmt.Section _ ->
                stmt.parts().stream().allMatch(PlainCopy::isIn);
        };
    }
}
