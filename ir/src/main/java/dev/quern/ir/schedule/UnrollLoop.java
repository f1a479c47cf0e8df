package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** A loop of constant extent becomes its iterations one after the other; loops inside are copied under other numbers. */
final class UnrollLoop {
    /** Leaf statements that one step may make of one loop: beyond this, code grows past what a compiler accepts. */
    private static final long LIMIT = 1 << 14;

    private UnrollLoop() {}

    static Kernel apply(Step.Unroll step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> outside(Statements.outOfLoop(loop), application));
    }

    /** Lets that are the same for all copies stay one. */
    private static Stmt outside(Stmt statement, Application application) {
        return switch (statement) {
            case Stmt.For loop -> unroll(loop, application);
            case Stmt.Let let -> Statements.withParts(let, part -> outside(part, application));
            case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Guard _, Stmt.Section _ ->
                throw new IllegalStateException("no loop: " + statement);
        };
    }

    private static Stmt unroll(Stmt.For loop, Application application) {
        if (loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.UNROLL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        long extent = application.constantExtent(loop);
        long leaves = leaves(loop.body());
        if (extent > LIMIT / Math.max(1, leaves)) {
            throw application.refusal(extent + " copies of " + leaves + " statements are more than " + LIMIT);
        }
        List<Stmt> copies = new ArrayList<>();
        for (long iteration = 0; iteration < extent; iteration++) {
            Stmt body = iteration == 0 ? loop.body() : Substitution.copy(loop.body(), application.names());
            copies.add(Substitution.of(loop.variable(), Dim.of(iteration)).in(body));
        }
        return Statements.block(copies);
    }

    private static long leaves(Stmt statement) {
        long[] sum = {0};
        statement.walk(part -> sum[0] += part.written().isEmpty() ? 0 : 1);
        return sum[0];
    }
}
