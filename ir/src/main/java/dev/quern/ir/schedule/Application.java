package dev.quern.ir.schedule;

import dev.quern.ir.DimRanges;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.Set;

/**
 * One step about to be applied to one kernel.
 *
 * @param kernel the kernel before the step
 * @param step the step
 * @param target the device
 * @param names the names in use; grows as the step makes loops
 * @param known base names of loops that the schedule may name though they are gone, having no iterations
 * @param ranges what is known outside all loops, which remembers what was proved in steps before
 */
record Application(Kernel kernel, Step step, Target target, LoopNames names, Set<String> known, DimRanges ranges) {
    /** What becomes of a loop. */
    interface LoopChange {
        Stmt apply(Stmt.For loop, ScheduleScope scope);
    }

    /** What is known around the kernel's body. */
    ScheduleScope scope() {
        return ScheduleScope.of(kernel, ranges);
    }

    ScheduleRefusal refusal(String reason) {
        return new ScheduleRefusal(step, reason);
    }

    /** Whether a loop answers to {@code name}; a refusal if none ever did. */
    boolean present(String name) {
        if (names.loops().stream().anyMatch(loop -> LoopNames.matches(name, loop))) {
            return true;
        }
        if (known.contains(LoopNames.base(name))) {
            return false;
        }
        throw refusal("there is no loop " + name + "; the loops are " + String.join(", ", names.loops()));
    }

    /** The kernel with every loop that answers to {@code name} changed. */
    Kernel atLoops(String name, LoopChange change) {
        return present(name) ? kernel.withBody(atLoops(kernel.body(), scope(), name, change)) : kernel;
    }

    private Stmt atLoops(Stmt statement, ScheduleScope scope, String name, LoopChange change) {
        return switch (statement) {
            case Stmt.For loop when LoopNames.matches(name, loop.variable()) -> change.apply(loop, scope);
            case Stmt other -> scope.withParts(other, (part, at) -> atLoops(part, at, name, change));
        };
    }

    /** Refuses unless the iterations of {@code loop} are independent. */
    void requireParallel(Stmt.For loop, ScheduleScope scope) {
        Dependence.LoopVerdict verdict = Dependence.of(loop, scope);
        switch (verdict.kind()) {
            case PARALLEL -> {}
            case REDUCTION -> throw refusal(loop.variable() + " is a reduction loop: " + verdict.reason());
            case SEQUENTIAL -> throw refusal(loop.variable() + " is not parallel: " + verdict.reason());
        }
    }

    /** Refuses where threads of a block would share memory for {@code what}, which is one thread's. */
    void requireNoGrid(ScheduleScope scope, String what) {
        if (scope.loops().stream().anyMatch(around -> around.kind().isOfGrid())) {
            throw refusal("threads of a block would share " + what);
        }
    }

    /** The extent of {@code loop}; refuses unless it is constant. */
    long constantExtent(Stmt.For loop) {
        return loop.extent()
                .asConstant()
                .orElseThrow(() ->
                        refusal("the extent of " + loop.variable() + " is " + loop.extent() + ", not a constant"));
    }
}
