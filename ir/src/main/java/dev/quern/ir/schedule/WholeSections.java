package dev.quern.ir.schedule;

import dev.quern.ir.NameText;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.MatrixRule;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.Optional;

/** Steps after the one that made a section may change what is in it, or the memory that it touches: at the end it has to be what its realisation takes. */
final class WholeSections {
    private WholeSections() {}

    /** Refuses the schedule that made {@code kernel}, whose indices are not bound yet, if one is not. */
    static void requireIn(Kernel kernel) {
        requireIn(kernel.body(), ScheduleScope.of(kernel));
    }

    private static void requireIn(Stmt statement, ScheduleScope scope) {
        if (statement instanceof Stmt.Section section) {
            fault(section, scope).ifPresent(fault -> {
                throw new ScheduleRefusal("section " + NameText.of(section.name()) + ": " + fault);
            });
        }
        scope.parts(statement, WholeSections::requireIn);
    }

    private static Optional<String> fault(Stmt.Section section, ScheduleScope scope) {
        return switch (section.by()) {
            case Realisation.OwnUnit() -> Optional.empty();
            case Realisation.ByMatrixInstruction(String name) -> {
                Optional<ProductNest> nest = ProductNest.of(section.body());
                yield nest.isEmpty()
                        ? Optional.of("later steps have changed the loops of the product")
                        : MatrixInstruction.named(name)
                                .flatMap(instruction ->
                                        MatrixRule.fault(instruction, nest.get(), scope::buffer, scope.ranges()));
            }
            case Realisation.CopyPipeline _ ->
                section.body() instanceof Stmt.For loop
                                && PipelinedLoop.of(loop).isPresent()
                        ? Optional.empty()
                        : Optional.of("later steps have changed the copies of the pipeline");
        };
    }
}
