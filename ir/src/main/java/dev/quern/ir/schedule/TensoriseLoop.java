package dev.quern.ir.schedule;

import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.MatrixRule;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/**
 * A product of two tiles becomes a matrix instruction: of tiles in shared memory, whose rows of eight elements lie where the device can
 * read them at once, added to registers that are laid as the instruction holds its sum.
 */
final class TensoriseLoop {
    private final Step.Tensorise step;
    private final Application application;
    private final MatrixInstruction instruction;

    private TensoriseLoop(Step.Tensorise step, Application application, MatrixInstruction instruction) {
        this.step = step;
        this.application = application;
        this.instruction = instruction;
    }

    static Kernel apply(Step.Tensorise step, Application application) {
        List<MatrixInstruction> known =
                application.target() instanceof Target.Grid grid ? grid.instructions() : List.of();
        MatrixInstruction instruction = known.stream()
                .filter(each -> each.name().equals(step.intrinsic()))
                .findFirst()
                .orElseThrow(() ->
                        application.refusal("target " + application.target().name() + " has no intrinsic "
                                + step.intrinsic() + "; it has "
                                + known.stream().map(MatrixInstruction::name).toList()));
        return application.atLoops(step.loop(), new TensoriseLoop(step, application, instruction)::tensorise);
    }

    private Stmt tensorise(Stmt.For loop, ScheduleScope scope) {
        ProductNest nest = ProductNest.of(loop)
                .orElseThrow(
                        () -> application.refusal(
                                loop.variable()
                                        + " is not a loop over terms around loops over rows and columns of a fused product of two elements"));
        MatrixRule.fault(instruction, nest, scope::buffer, scope.ranges()).ifPresent(fault -> {
            throw application.refusal(fault);
        });
        Stmt columns = unrolled(nest.columns(), nest.reduce());
        Stmt body = unrolled(nest.terms(), unrolled(nest.rows(), columns));
        String name = application.names().take("tile." + loop.variable());
        return new Stmt.Section(name, new Realisation.ByMatrixInstruction(step.intrinsic()), body);
    }

    private static Stmt unrolled(Stmt.For loop, Stmt body) {
        return new Stmt.For(loop.variable(), loop.extent(), LoopKind.UNROLL, body);
    }
}
