package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.List;

/** An innermost loop of constant extent runs as lanes; what several lanes reduce into is combined across them. */
final class VectoriseLoop {
    private VectoriseLoop() {}

    static Kernel apply(Step.Vectorise step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> {
            check(loop, scope, application);
            return Statements.outOfLoop(new Stmt.For(loop.variable(), loop.extent(), LoopKind.VECTOR, loop.body()));
        });
    }

    static void check(Stmt.For loop, ScheduleScope scope, Application application) {
        if (loop.kind() != LoopKind.SERIAL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        long extent = application.constantExtent(loop);
        requireInnermost(loop, application);
        int bits = 8;
        List<Access> accesses = BufferAccesses.of(loop.body(), scope.inside(loop));
        for (Access access : accesses) {
            bits = Math.max(bits, scope.buffer(access.buffer()).dtype().bits());
        }
        int lanes = application.target().lanes(bits);
        if (extent > lanes && extent % lanes != 0) {
            throw application.refusal("extent " + extent + " of " + loop.variable() + " is no multiple of the " + lanes
                    + " lanes of " + bits + " bits of " + application.target().name());
        }
        Dependence.LoopVerdict verdict = Dependence.of(loop, scope);
        if (verdict.kind() == Dependence.LoopRelation.SEQUENTIAL) {
            throw application.refusal(loop.variable() + " is not parallel: " + verdict.reason());
        }
        for (Access access : accesses) {
            boolean lane = access.indices().stream().anyMatch(index -> index.dependsOn(loop.variable()));
            if (lane && verdict.reduced().contains(access.buffer())) {
                throw application.refusal("some lanes of " + loop.variable() + " share an element: it " + access);
            }
        }
    }

    private static void requireInnermost(Stmt.For loop, Application application) {
        loop.body().walk(part -> {
            switch (part) {
                case Stmt.For inner ->
                    throw application.refusal(
                            loop.variable() + " is not innermost: " + inner.variable() + " is inside it");
                case Stmt.Allocate allocate ->
                    throw application.refusal(loop.variable() + " has the allocation "
                            + allocate.buffer().name() + " inside it; sink the loop first");
                case Stmt.Section section ->
                    throw application.refusal(loop.variable() + " has the section " + section.name() + " inside it");
                case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Guard _, Stmt.Let _ -> {}
            }
        });
    }
}
