package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.Optional;

/** A loop directly around another becomes one loop that runs the same iterations in the same order. */
final class FuseLoops {
    private FuseLoops() {}

    static Kernel apply(Step.Fuse step, Application application) {
        if (application.names().loops().contains(step.name())) {
            throw application.refusal("there is a loop " + step.name() + " already");
        }
        boolean both = application.present(step.outer()) & application.present(step.inner());
        return both
                ? application.atLoops(step.outer(), (loop, scope) -> fuse(loop, scope, step, application))
                : application.kernel();
    }

    private static Stmt fuse(Stmt.For outer, ScheduleScope scope, Step.Fuse step, Application application) {
        Optional<Nest> nest = Nest.from(outer, loops -> loops.size() == 2);
        if (nest.isEmpty()
                || !LoopNames.matches(step.inner(), nest.get().loops().getLast().variable())) {
            throw application.refusal(outer.variable() + " is not directly around " + step.inner());
        }
        Stmt.For inner = nest.get().loops().getLast();
        if (inner.extent().dependsOn(outer.variable())) {
            throw application.refusal(
                    "the extent of " + inner.variable() + ", " + inner.extent() + ", depends on " + outer.variable());
        }
        if (inner.kind() != LoopKind.SERIAL) {
            throw application.refusal(inner.variable() + " is bound to " + inner.kind());
        }
        if (outer.kind() == LoopKind.PARALLEL) {
            application.requireParallel(inner, scope.inside(outer));
        } else if (outer.kind() != LoopKind.SERIAL) {
            throw application.refusal(outer.variable() + " is bound to " + outer.kind());
        }
        String name = application.names().take(step.name());
        Dim width = SplitLoop.atLeastZero(inner.extent(), scope);
        Dim height = SplitLoop.atLeastZero(outer.extent(), scope);
        Dim fused = Dim.symbol(name);
        Stmt body = width.is(0)
                ? Stmt.NOTHING
                : Substitution.of(outer.variable(), fused.floorDiv(width))
                        .with(inner.variable(), fused.mod(width))
                        .in(nest.get().wholeBody());
        return new Stmt.For(name, height.times(width), outer.kind(), body);
    }
}
