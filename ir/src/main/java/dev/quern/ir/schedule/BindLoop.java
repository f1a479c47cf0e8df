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
                case BLOCK, WARP, THREAD, LANE -> application.requireParallel(loop, scope);
            }
            return new Stmt.For(loop.variable(), loop.extent(), step.kind(), loop.body());
        });
    }

    private static void requireOutermost(Stmt.For loop, Application application) {
        if (application.kernel().body() != loop) {
            throw application.refusal(loop.variable() + " is not the outermost loop around the whole kernel, as a "
                    + LoopKind.PARALLEL + " loop must be");
        }
    }
}
