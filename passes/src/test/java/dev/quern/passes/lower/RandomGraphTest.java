package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.testing.Campaign;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.RoundingCount;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPass;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.graph.PassChoices;
import dev.quern.passes.graph.PassListener;
import dev.quern.passes.program.Program;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compiled programs, scheduled and not, compute what the graph's interpreter does; every other one after the graph passes. */
class RandomGraphTest {
    private static final Target VECTORS = Hosts.vectors(512, 32, 2);

    private static final Target GRID = new Target.Grid("test-grid", 8, 64, 1 << 10);

    @Test
    void plainKernelsAgreeWithTheInterpreter() {
        Campaign.run("plain kernels of random graphs", seed -> check(seed, new CompileOptions(false)));
    }

    @Test
    void scheduledKernelsAgreeWithTheInterpreter() {
        Campaign.run("scheduled kernels of random graphs", seed -> check(seed, new CompileOptions(true)));
    }

    @Test
    void kernelsForAGridAgreeWithTheInterpreter() {
        Campaign.run("kernels for a grid of random graphs", seed -> check(seed, GRID, new CompileOptions(true)));
    }

    /** Operations of the host, and those that have cases of their own in {@link TemplateTest} or in random models. */
    private static final Set<String> ELSEWHERE = Set.of(
            "Bitcast",
            "Decode",
            "DimValues",
            "Encode",
            "GatherElements",
            "GatherNd",
            "Host",
            "If",
            "Loop",
            "Recurrent",
            "RecurrentSteps",
            "Resize",
            "Scan",
            "ScatterNd",
            "TopK",
            "Update");

    @Test
    void everyOtherOperationIsDrawn() {
        Set<String> met = new TreeSet<>();
        for (long seed = 0; seed < 4L * Campaign.cases(); seed++) {
            new RandomGraphs(seed)
                    .graph()
                    .nodes()
                    .forEach(node -> met.add(node.op().getClass().getSimpleName()));
        }
        Set<String> others =
                operations(Op.class).map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
        others.removeAll(met);
        assertEquals(new TreeSet<>(ELSEWHERE), others);
    }

    private static Stream<Class<?>> operations(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(RandomGraphTest::operations);
    }

    /** Each pass leaves a graph that obeys the rules and computes the same. */
    @Test
    void everyPassKeepsWhatAGraphComputes() {
        Campaign.run("passes over random graphs", RandomGraphTest::keepsThroughEveryPass);
    }

    private static void keepsThroughEveryPass(long seed) {
        RandomGraphs random = new RandomGraphs(seed);
        Graph graph = random.graph();
        RoundingCount.Run expected = RoundingCount.run(graph, random.inputs());
        for (List<GraphPass> stage : GraphPipeline.stages()) {
            for (GraphPass pass : stage) {
                Graph before = graph;
                graph = pass.run(before);
                if (graph != before) {
                    keeps(seed + ", " + pass.name() + ", " + before, graph, random, expected);
                }
            }
        }
    }

    private static void keeps(String where, Graph graph, RandomGraphs random, RoundingCount.Run expected) {
        try {
            GraphVerifier.verify(graph);
            List<Tensor> found = new ArrayList<>(
                    new GraphInterpreter().run(graph, random.inputs()).values());
            expected.check("graph", found);
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + where, failure);
        }
    }

    static void check(long seed, CompileOptions options) {
        check(seed, VECTORS, options);
    }

    private static void check(long seed, Target target, CompileOptions options) {
        RandomGraphs random = new RandomGraphs(seed);
        Graph graph = random.graph();
        try {
            RoundingCount.Run expected = RoundingCount.run(graph, random.inputs());
            PassChoices choices = new PassChoices(false, target instanceof Target.Processor);
            Graph passed = seed % 2 == 0 ? graph : GraphPipeline.run(graph, choices, PassListener.NONE);
            Program program = Compiler.compile(passed, target, options);
            List<Tensor> inputs = graph.inputs().stream()
                    .map(value -> random.inputs().get(value.name()))
                    .toList();
            List<Tensor> found = TestMachine.run(program, inputs);
            expected.check("graph", found);
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + ", " + target.name() + ", " + options + ", graph " + graph, failure);
        }
    }
}
