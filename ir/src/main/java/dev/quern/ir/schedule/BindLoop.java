package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;

/** A loop gets another kind, which does not change what its iterations mean. */
final class BindLoop {
    private BindLoop() {}

    static Kernel apply(Step.Bind step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> {
            switch (step.kind()) {
                case SERIAL -> {}
                case UNROLL -> application.constantExtent(loop);
                case VECTOR -> VectoriseLoop.check(loop, scope, application);
                case PARALLEL -> {
                    requireOutermost(loop, application);
                    application.requireParallel(loop, scope);
                }
                case BLOCK -> {
                    requireNothingAround(loop, scope, application);
                    application.requireParallel(loop, scope);
                }
                case THREAD, WARP, LANE -> {
                    application.constantExtent(loop);
                    application.requireParallel(loop, scope);
                }
            }
            return new Stmt.For(loop.variable(), loop.extent(), step.kind(), loop.body());
        });
    }

    /** Blocks of a grid are launched: nothing else is around them. */
    private static void requireNothingAround(Stmt.For loop, ScheduleScope scope, Application application) {
        if (scope.loops().stream().anyMatch(outer -> loop.extent().dependsOn(outer.variable()))) {
            throw application.refusal("the extent of " + loop.variable() + ", " + loop.extent()
                    + ", depends on a loop around it, and a grid has no such shape");
        }
        boolean inBlocks = scope.loops().stream().allMatch(outer -> outer.kind() == LoopKind.BLOCK);
        if (!inBlocks || !isLaunch(application.kernel().body(), loop)) {
            throw application.refusal(
                    loop.variable() + " stands inside other statements, not at the top as a loop over blocks must");
        }
    }

    private static boolean isLaunch(Stmt statement, Stmt.For wanted) {
        boolean launches =
                statement instanceof Stmt.Block || statement instanceof Stmt.For loop && loop.kind() == LoopKind.BLOCK;
        return statement == wanted || launches && statement.parts().stream().anyMatch(part -> isLaunch(part, wanted));
    }

    private static void requireOutermost(Stmt.For loop, Application application) {
        if (application.kernel().body() != loop) {
            throw application.refusal(loop.variable() + " is not the outermost loop around the whole kernel, as a "
                    + LoopKind.PARALLEL + " loop must be");
        }
    }
}
