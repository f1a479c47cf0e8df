package dev.quern.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratedGraphsTest {
    @Test
    void everyOperationIsGenerated() {
        Set<String> met = new TreeSet<>();
        for (int seed = 0; seed < Campaign.cases(); seed++) {
            GraphGenerator.graph(seed)
                    .nodes()
                    .forEach(node -> met.add(node.op().getClass().getSimpleName()));
        }
        assertEquals(
                operations(Op.class).map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new)), met);
    }

    /** The records that are {@code type}, of whichever family. */
    private static Stream<Class<?>> operations(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(GeneratedGraphsTest::operations);
    }

    @Test
    void textReadsBack() {
        Campaign.run("graphs read back", seed -> readsBack(GraphGenerator.graph(seed)));
    }

    @Test
    void textWithOddNamesReadsBack() {
        Campaign.run("graphs of odd names read back", seed -> readsBack(OddNames.of(GraphGenerator.graph(seed), seed)));
    }

    private static void readsBack(Graph graph) {
        Map<String, Tensor> constants = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Op.Constant(Literal literal)) {
                constants.put(literal.digest(), literal.tensor());
            }
        }
        String text = GraphPrinter.print(graph);
        assertEquals(graph, Parser.parseGraph(text, constants::get), text);
    }

    /** Every result has the type that was inferred: the interpreter checks each, for two values of the symbol. */
    @Test
    void resultsHaveTheirTypes() {
        Campaign.run("graphs run", seed -> {
            Graph graph = GraphGenerator.graph(seed);
            Random random = new Random(seed);
            long n = random.nextInt(1, 4);
            Map<String, Tensor> inputs = new HashMap<>();
            for (Value input : graph.inputs()) {
                long[] shape = input.type().shape().dims().stream()
                        .mapToLong(dim -> dim.evaluate(_ -> n))
                        .toArray();
                inputs.put(
                        input.name(), DrawnTensors.random(random, input.type().dtype(), shape));
            }
            try {
                assertEquals(
                        graph.outputs().stream().map(Value::name).collect(Collectors.toSet()),
                        new GraphInterpreter().run(graph, inputs).keySet());
            } catch (RuntimeException failure) {
                throw new AssertionError("n = " + n + ":\n" + GraphPrinter.print(graph), failure);
            }
        });
    }
}
