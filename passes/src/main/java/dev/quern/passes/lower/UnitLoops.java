package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Stmt;
import java.util.HashMap;
import java.util.Map;

/** {@code for (i < 1) body  ->  body[i := 0]}. */
final class UnitLoops {
    private UnitLoops() {}

    static Draft apply(Draft draft) {
        Map<String, Dim> zeros = new HashMap<>();
        Stmt body = new KernelMapper() {
            @Override
            Dim dim(Dim dim) {
                return dim.substitute(zeros);
            }

            @Override
            Stmt stmt(Stmt stmt) {
                if (stmt instanceof Stmt.For loop && loop.extent().is(1)) {
                    zeros.put(loop.variable(), Dim.ZERO);
                    return stmt(loop.body());
                }
                return super.stmt(stmt);
            }
        }.stmt(draft.body());
        return new Draft(draft.parameters(), body);
    }
}
