package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;

/** The body of a loop becomes a unit of its own. */
final class OutlineLoop {
    private OutlineLoop() {}

    static Kernel apply(Step.Outline step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> {
            if (loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.PARALLEL) {
                throw application.refusal(loop.variable() + " is bound to " + loop.kind());
            }
            String name = application.names().take("tile." + loop.variable());
            Stmt section = new Stmt.Section(name, loop.body());
            return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), section);
        });
    }
}
