package dev.quern.passes;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.schedule.Schedule;
import dev.quern.passes.lower.LoweredProgram;
import dev.quern.passes.memory.Accesses;
import dev.quern.passes.memory.MemoryPlanner;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a program of a graph: fusion, lowering, schedules and the memory plan. */
public final class Compiler {
    private final Target target;
    private final CompileOptions options;

    private Compiler(Target target, CompileOptions options) {
        this.target = target;
        this.options = options;
    }

    /**
     * Compiles a graph that the graph passes are done with.
     *
     * @throws dev.quern.ModelException if the graph needs what no kernel computes
     */
    public static Program compile(Graph graph, Target target, CompileOptions options) {
        return new Compiler(target, options).program(graph, Set.of());
    }

    private Program program(Graph graph, Set<String> outerSymbols) {
        LoweredProgram lowered = LoweredProgram.of(graph);
        Set<String> symbols = new HashSet<>(outerSymbols);
        graph.inputs().forEach(value -> value.type().shape().dims().forEach(dim -> symbols.addAll(dim.symbols())));
        List<ProgramStep> steps = new ArrayList<>();
        List<Accesses> accesses = new ArrayList<>();
        for (LoweredProgram.Step step : lowered.steps()) {
            steps.add(step(step, symbols));
            accesses.add(accesses(step));
        }
        Map<String, ConstantData> constants = constants(lowered, accesses, graph.outputs());
        MemoryPlanner planner = new MemoryPlanner(
                graph.inputs(), graph.outputs(), constants.keySet(), accesses, lowered.parts(), symbols);
        return new Program(
                graph.name(), graph.inputs(), graph.outputs(), graph.guards(), constants, steps, planner.plan());
    }

    private ProgramStep step(LoweredProgram.Step step, Set<String> symbols) {
        return switch (step) {
            case LoweredProgram.Apply apply ->
                new ProgramStep.RunKernel(
                        apply.kernel(),
                        Schedule.NONE,
                        apply.kernel(),
                        apply.arguments().stream().map(Value::name).toList(),
                        apply.inPlace(),
                        apply.work(),
                        apply.origin());
            case LoweredProgram.Interpret(Node node) -> new ProgramStep.RunHost(node);
            case LoweredProgram.Control(Node node) ->
                new ProgramStep.RunControl(
                        node,
                        bodies(node.op()).stream()
                                .map(body -> program(body, symbols))
                                .toList());
            case LoweredProgram.Check(Value indices, List<Dim> extents, String origin) ->
                new ProgramStep.CheckIndices(indices.name(), extents, origin);
        };
    }

    private static List<Graph> bodies(Op op) {
        return switch (op) {
            case Op.If(Graph then, Graph otherwise) -> List.of(then, otherwise);
            case Op.Loop loop -> List.of(loop.body());
            case Op.Scan scan -> List.of(scan.body());
            default -> throw new IllegalArgumentException(op + " runs no graphs");
        };
    }

    private static Accesses accesses(LoweredProgram.Step step) {
        return switch (step) {
            case LoweredProgram.Apply apply -> {
                int reads = apply.arguments().size() - apply.kernel().results();
                yield new Accesses(
                        apply.arguments().subList(0, reads),
                        apply.arguments().subList(reads, apply.arguments().size()),
                        apply.inPlace().stream().map(apply.arguments()::get).toList());
            }
            case LoweredProgram.Interpret(Node node) -> new Accesses(node.inputs(), node.outputs(), List.of());
            case LoweredProgram.Control(Node node) -> new Accesses(node.inputs(), node.outputs(), List.of());
            case LoweredProgram.Check check -> new Accesses(List.of(check.indices()), List.of(), List.of());
        };
    }

    private static Map<String, ConstantData> constants(
            LoweredProgram lowered, List<Accesses> accesses, List<Value> outputs) {
        Set<String> used = new HashSet<>();
        accesses.forEach(step -> step.reads().forEach(value -> used.add(value.name())));
        outputs.forEach(value -> used.add(value.name()));
        lowered.parts().forEach(part -> used.add(part.base().name()));
        Map<String, ConstantData> held = new HashMap<>();
        lowered.constants().forEach((name, literal) -> {
            if (used.contains(name)) {
                held.put(name, new ConstantData(literal, Optional.empty(), Buffer.Storage.ARRAY));
            }
        });
        return held;
    }
}
