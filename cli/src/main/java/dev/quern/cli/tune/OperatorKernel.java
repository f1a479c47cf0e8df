package dev.quern.cli.tune;

import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import dev.quern.tune.TunedOperator;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel that does the work of an operator, and the schedules that it may have.
 *
 * @param program all that the operator takes
 * @param step the step of it that does the most operations
 * @param constants names of that kernel's parameters that are constants
 * @param cost what that has to do
 * @param space its schedules
 * @param ranked the same, the one predicted to be fastest first
 */
public record OperatorKernel(
        Program program,
        ProgramStep.RunKernel step,
        Set<String> constants,
        KernelCost cost,
        ScheduleSpace space,
        List<Candidate> ranked) {
    /** Candidates that records put before the ranking. */
    private static final int KNOWN_FIRST = 4;

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
        return new OperatorKernel(program, step, constants, cost(step), space, space.ranked(Map.of()));
    }

    /**
     * Its schedules, the default first, then those that were fastest when they were timed before, then as they are ranked.
     *
     * @param times of schedules, by their texts
     */
    public List<Candidate> ranked(Map<String, Double> times) {
        Set<Candidate> order = new LinkedHashSet<>(ranked.subList(0, Math.min(1, ranked.size())));
        ranked.stream()
                .filter(one -> times.containsKey(SchedulePrinter.print(one.schedule())))
                .sorted(Comparator.comparingDouble(one -> times.get(SchedulePrinter.print(one.schedule()))))
                .limit(KNOWN_FIRST)
                .forEach(order::add);
        order.addAll(ranked);
        return List.copyOf(order);
    }

    private static KernelCost cost(ProgramStep.RunKernel step) {
        return KernelCost.of(step.kernel(), new long[0]);
    }
}
