package dev.quern.ir.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.Set;

/** The copies of a loop's later iterations may be under way while an earlier one computes. */
final class PipelineLoop {
    private static final int FEWEST = 2;

    private PipelineLoop() {}

    static Kernel apply(Step.Pipeline step, Application application) {
        if (!(application.target() instanceof Target.Grid)) {
            throw application.refusal("target " + application.target().name() + " has no pipelined copies");
        }
        if (step.depth() < FEWEST || step.depth() > Realisation.CopyPipeline.MOST_STAGES) {
            throw application.refusal("a depth of " + step.depth() + ", expected " + FEWEST + " to "
                    + Realisation.CopyPipeline.MOST_STAGES);
        }
        return application.atLoops(step.loop(), (loop, scope) -> {
            if (loop.kind() != LoopKind.SERIAL) {
                throw application.refusal(loop.variable() + " is bound to " + loop.kind());
            }
            PipelinedLoop pipelined = PipelinedLoop.of(loop)
                    .orElseThrow(
                            () -> application.refusal(
                                    "the body of " + loop.variable()
                                            + " is not copies into shared memory of its own, each element once, from what it does not write, and then others"));
            Set<String> registers = new HashSet<>();
            for (Stmt statement : pipelined.rest()) {
                statement.walk(part -> {
                    if (part instanceof Stmt.Allocate allocate) {
                        registers.add(allocate.buffer().name());
                    }
                });
                for (String written : Statements.written(statement)) {
                    if (!registers.contains(written) && scope.buffer(written).space() != MemorySpace.REGISTER) {
                        throw application.refusal("the body of " + loop.variable() + " writes " + written
                                + ", which is not in registers, so that copies cannot run ahead");
                    }
                }
            }
            String name = application.names().take("pipeline." + loop.variable());
            return new Stmt.Section(name, new Realisation.CopyPipeline(step.depth()), loop);
        });
    }
}
