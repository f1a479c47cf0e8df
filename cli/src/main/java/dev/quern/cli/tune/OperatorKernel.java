package dev.quern.cli.tune;

import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import dev.quern.tune.TunedOperator;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel that does the work of an operator, and the schedules that it may have.
 *
 * @param program all that the operator takes
 * @param step the step of it that does the most operations
 * @param cost what that has to do
 * @param space its schedules
 * @param ranked the same, the one predicted to be fastest first
 */
public record OperatorKernel(
        Program program, ProgramStep.RunKernel step, KernelCost cost, ScheduleSpace space, List<Candidate> ranked) {
    /**
     * The kernel of {@code operator}.
     *
     * @throws dev.quern.ModelException if the shape is not one of the operator's
     */
    public static OperatorKernel of(TunedOperator operator, String shape, Target target) {
        Graph graph = GraphPipeline.run(operator.graph(shape));
        Program program = Compiler.compile(graph, target, CompileOptions.defaults());
        ProgramStep.RunKernel step = program.steps().stream()
                .filter(ProgramStep.RunKernel.class::isInstance)
                .map(ProgramStep.RunKernel.class::cast)
                .max(Comparator.comparingDouble(
                        one -> cost(one).operations() + cost(one).bytes()))
                .orElseThrow();
        Set<String> constants = new HashSet<>();
        for (int i = 0; i < step.arguments().size(); i++) {
            if (program.constants().containsKey(step.arguments().get(i))) {
                constants.add(step.kernel().parameters().get(i).name());
            }
        }
        ScheduleSpace space = DefaultSchedules.space(step.kernel(), constants, target, true);
        return new OperatorKernel(program, step, cost(step), space, space.ranked(Map.of()));
    }

    private static KernelCost cost(ProgramStep.RunKernel step) {
        return KernelCost.of(step.kernel(), new long[0]);
    }
}
