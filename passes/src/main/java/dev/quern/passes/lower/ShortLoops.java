package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code for (i < 1) body  ->  body[i := 0]} and {@code for (i < 0) body  ->} nothing; what then does nothing goes too. */
final class ShortLoops {
    private ShortLoops() {}

    static KernelDraft apply(KernelDraft draft) {
        Map<String, Dim> zeros = new HashMap<>();
        Stmt body = new KernelMapper() {
            @Override
            protected Dim dim(Dim dim) {
                return dim.substitute(zeros);
            }

            @Override
            public Stmt stmt(Stmt stmt) {
                if (stmt instanceof Stmt.For loop && loop.extent().is(1)) {
                    zeros.put(loop.variable(), Dim.ZERO);
                    return stmt(loop.body());
                }
                return stmt instanceof Stmt.For loop && loop.extent().is(0)
                        ? Stmt.NOTHING
                        : withoutNothing(super.stmt(stmt));
            }
        }.stmt(draft.body());
        return new KernelDraft(draft.parameters(), body);
    }

    private static Stmt withoutNothing(Stmt stmt) {
        if (stmt instanceof Stmt.Block(List<Stmt> statements)) {
            List<Stmt> rest = new ArrayList<>(statements);
            rest.removeIf(Stmt.NOTHING::equals);
            return rest.size() == 1 ? rest.getFirst() : new Stmt.Block(rest);
        }
        boolean writes = !stmt.written().isEmpty();
        return writes || !stmt.parts().stream().allMatch(Stmt.NOTHING::equals) ? stmt : Stmt.NOTHING;
    }
}
