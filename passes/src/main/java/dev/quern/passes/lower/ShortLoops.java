package dev.quern.passes.lower;

import dev.quern.ir.Dim;
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
            Dim dim(Dim dim) {
                return dim.substitute(zeros);
            }

            @Override
            Stmt stmt(Stmt stmt) {
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
        return switch (stmt) {
            case Stmt.Block(List<Stmt> statements) -> {
                List<Stmt> rest = new ArrayList<>(statements);
                rest.removeIf(Stmt.NOTHING::equals);
                yield rest.size() == 1 ? rest.getFirst() : new Stmt.Block(rest);
            }
            case Stmt.For loop -> loop.body().equals(Stmt.NOTHING) ? Stmt.NOTHING : loop;
            case Stmt.Allocate allocate -> allocate.body().equals(Stmt.NOTHING) ? Stmt.NOTHING : allocate;
            case Stmt.Let let -> let.body().equals(Stmt.NOTHING) ? Stmt.NOTHING : let;
            case Stmt.Section section -> section.body().equals(Stmt.NOTHING) ? Stmt.NOTHING : section;
            case Stmt.Guard guard ->
                guard.then().equals(Stmt.NOTHING) && guard.otherwise().equals(Stmt.NOTHING) ? Stmt.NOTHING : guard;
            case Stmt.Store store -> store;
            case Stmt.ReduceInto reduce -> reduce;
        };
    }
}
