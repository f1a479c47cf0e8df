package dev.quern.passes;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.passes.lower.LoweredProgram;
import dev.quern.passes.memory.MemoryPlanner;
import dev.quern.passes.memory.StepAccesses;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.MemoryPlanVerifier;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a program of a graph: fusion, lowering, schedules and the memory plan. */
public final class Compiler {
    private final Target target;
    private final CompileOptions options;
    private final PartListener parts;

    private final Map<Scheduling.Key, KernelForms> choices = Scheduling.noChoices();

    private Compiler(Target target, CompileOptions options, PartListener parts) {
        this.target = target;
        this.options = options;
        this.parts = parts;
    }

    /**
     * Compiles a graph that the graph passes are done with.
     *
     * @throws dev.quern.ModelException if the graph needs what no kernel computes
     */
    public static Program compile(Graph graph, Target target, CompileOptions options) {
        return compile(graph, target, options, PartListener.NONE);
    }

    /** The same, {@code parts} being told how long its parts took. */
    public static Program compile(Graph graph, Target target, CompileOptions options, PartListener parts) {
        return new Compiler(target, options, parts).program(graph, new Outside(Set.of(), List.of()));
    }

    /**
     * What a body may rely on.
     *
     * @param symbols sizes known when it begins
     * @param guards what holds of them
     */
    private record Outside(Set<String> symbols, List<ShapeGuard> guards) {
        Outside {
            symbols = Set.copyOf(symbols);
            guards = List.copyOf(guards);
        }
    }

    private Program program(Graph graph, Outside outside) {
        long begin = System.nanoTime();
        LoweredProgram lowered = LoweredProgram.of(graph);
        parts.done(CompilationPart.LOWER, graph.name(), System.nanoTime() - begin);
        assert !outside.symbols().isEmpty() || isValid(lowered.graph());
        Set<String> given = new HashSet<>(outside.symbols());
        collect(graph.inputs(), given);
        Set<String> known = new HashSet<>(given);
        List<ShapeGuard> guards = new ArrayList<>(outside.guards());
        guards.addAll(graph.guards());
        Scheduling scheduling = new Scheduling(target, options, lowered.constants(), lowered.parts(), choices, guards);
        List<ProgramStep> steps = new ArrayList<>();
        List<StepAccesses> accesses = new ArrayList<>();
        for (LoweredProgram.LoweredStep step : lowered.steps()) {
            options.checkpoint().run();
            steps.add(step(step, new Outside(known, guards), scheduling));
            accesses.add(accesses(step));
            if (!(step instanceof LoweredProgram.Apply)) {
                accesses.getLast().reads().forEach(value -> scheduling.hold(value.name()));
                collect(accesses.getLast().writes(), known);
            }
        }
        graph.outputs().forEach(value -> scheduling.hold(value.name()));
        lowered.parts().forEach(part -> scheduling.hold(part.base().name()));
        long planning = System.nanoTime();
        MemoryPlanner planner = new MemoryPlanner(
                graph.inputs(), graph.outputs(), lowered.constants().keySet(), accesses, lowered.parts(), given);
        Map<String, ConstantData> constants = scheduling.constants();
        Program program = new Program(
                graph.name(),
                graph.inputs(),
                graph.outputs(),
                graph.guards(),
                constants,
                steps,
                places(planner.plan(), constants.keySet()));
        parts.done(CompilationPart.MEMORY, graph.name(), System.nanoTime() - planning);
        assert keepsMemoryApart(program, outside);
        return program;
    }

    private static boolean isValid(Graph expanded) {
        GraphVerifier.verify(expanded);
        return true;
    }

    private static boolean keepsMemoryApart(Program program, Outside outside) {
        MemoryPlanVerifier.verify(program, outside.symbols(), outside.guards());
        return true;
    }

    private static void collect(List<Value> values, Set<String> symbols) {
        values.forEach(value -> value.type().shape().dims().forEach(dim -> symbols.addAll(dim.symbols())));
    }

    /** The plan with places for the constants that a step takes, and for no others. */
    private static MemoryPlan places(MemoryPlan plan, Set<String> constants) {
        Map<String, MemoryPlan.Place> places = new HashMap<>(plan.places());
        places.entrySet()
                .removeIf(entry ->
                        entry.getValue() instanceof MemoryPlan.ConstantPlace && !constants.contains(entry.getKey()));
        constants.forEach(name -> places.put(name, new MemoryPlan.ConstantPlace()));
        return new MemoryPlan(places, plan.arenaElements());
    }

    private ProgramStep step(LoweredProgram.LoweredStep step, Outside inside, Scheduling scheduling) {
        return switch (step) {
            case LoweredProgram.Apply apply -> {
                long begin = System.nanoTime();
                ProgramStep.RunKernel scheduled = scheduling.schedule(apply);
                parts.done(CompilationPart.SCHEDULE, apply.kernel().name(), System.nanoTime() - begin);
                yield scheduled;
            }
            case LoweredProgram.Interpret(Node node) -> new ProgramStep.RunHost(node);
            case LoweredProgram.LoweredControl(Node node) ->
                new ProgramStep.RunControl(
                        node,
                        node.op().bodies().stream()
                                .map(body -> program(body, inside))
                                .toList());
            case LoweredProgram.LoweredCheck(Value indices, List<Dim> extents, boolean fromEnd, String origin) ->
                new ProgramStep.CheckIndices(indices, extents, fromEnd, origin);
        };
    }

    private static StepAccesses accesses(LoweredProgram.LoweredStep step) {
        return switch (step) {
            case LoweredProgram.Apply apply -> {
                int reads = apply.arguments().size() - apply.kernel().results();
                yield new StepAccesses(
                        apply.arguments().subList(0, reads),
                        apply.arguments().subList(reads, apply.arguments().size()),
                        apply.inPlace().stream().map(apply.arguments()::get).toList());
            }
            case LoweredProgram.Interpret(Node node) -> new StepAccesses(node.inputs(), node.outputs(), List.of());
            case LoweredProgram.LoweredControl(Node node) -> new StepAccesses(node.inputs(), node.outputs(), List.of());
            case LoweredProgram.LoweredCheck check -> new StepAccesses(List.of(check.indices()), List.of(), List.of());
        };
    }
}
