package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Campaign;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.testing.TestMachine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Schedules for one target give the bits that those for another give: the order of a reduction belongs to the kernel. */
class ScheduledBitsTest {
    private static final List<Target> TARGETS =
            List.of(target(512, 32, 2), target(512, 32, 1), target(512, 16, 7), target(256, 16, 2), target(128, 32, 3));

    private static Target target(int bits, int registers, int threads) {
        return Hosts.vectors(bits, registers, threads);
    }

    @Test
    void randomGraphs() {
        Campaign.run("bits on every target", seed -> {
            RandomGraphs random = new RandomGraphs(seed);
            Graph graph = random.graph();
            Random noise = new Random(seed);
            List<Tensor> inputs = graph.inputs().stream()
                    .map(value -> noisy(random.inputs().get(value.name()), noise))
                    .toList();
            List<Tensor> scalar = run(graph, Target.scalar(1), inputs);
            for (Target target : TARGETS) {
                SameBits.check("seed " + seed + ", " + target + ", graph " + graph, scalar, run(graph, target, inputs));
            }
        });
    }

    /** Whether {@code graph} has attention whose head size is a symbol: that is one kernel only once it is known. */
    private static boolean hasOpenHeads(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.op() instanceof Op.Attention)
                .flatMap(node -> node.inputs().subList(0, 3).stream())
                .anyMatch(value -> !value.type().shape().dim(-1).isConstant());
    }

    /**
     * A graph of symbols and the same of their values; but for extents of 1, whose loops are not there when they are known, and for head
     * sizes.
     */
    @Test
    void exactShapes() {
        int[] compared = {0};
        Campaign.run("bits of exact shapes", seed -> {
            RandomGraphs random = new RandomGraphs(seed);
            Graph symbolic = random.graph();
            if (random.symbols.isEmpty() || random.symbols.containsValue(1L) || hasOpenHeads(symbolic)) {
                return;
            }
            compared[0]++;
            Random noise = new Random(seed);
            List<Tensor> inputs = symbolic.inputs().stream()
                    .map(value -> noisy(random.inputs().get(value.name()), noise))
                    .toList();
            String text = GraphPrinter.print(symbolic);
            for (Map.Entry<String, Long> symbol : random.symbols.entrySet()) {
                text = text.replaceAll(
                        "\\b" + symbol.getKey() + "\\b", symbol.getValue().toString());
            }
            SameBits.check(
                    "seed " + seed + ", graph " + symbolic,
                    run(symbolic, TARGETS.getFirst(), inputs),
                    run(Parser.parseGraph(text, constants(symbolic)::get), TARGETS.getFirst(), inputs));
        });
        long[] seeds = Campaign.seeds();
        long all = seeds[1] - seeds[0] + 1;
        assertTrue(all < 100 || compared[0] > all / 4, compared[0] + " of " + all + " graphs were compared");
    }

    private static Map<String, Tensor> constants(Graph graph) {
        Map<String, Tensor> constants = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Op.Constant(Literal literal)) {
                constants.put(literal.digest(), literal.tensor());
            }
        }
        return constants;
    }

    /** Where the promise is given up, the machine's own vectors decide. */
    @Test
    void sumsFollowTheTargetWhereTheyMay() {
        GraphBuilder builder = new GraphBuilder("sum");
        Value x = builder.input("x", new TensorType(DType.F32, Shape.of(3, 1000)));
        Graph graph = builder.build(List.of(builder.reduce(Combiner.SUM, x, List.of(1), false)));
        List<Tensor> inputs = List.of(noisy(Tensor.of(new float[3000], 3, 1000), new Random(3)));
        CompileOptions free = CompileOptions.defaults().withDeterministic(false);
        List<Tensor> narrow = TestMachine.run(Compiler.compile(graph, target(128, 32, 1), free), inputs);
        List<Tensor> wide = TestMachine.run(Compiler.compile(graph, target(512, 32, 1), free), inputs);
        assertFalse(
                Arrays.equals(narrow.getFirst().toByteArray(), wide.getFirst().toByteArray()));
        SameBits.check("pinned", run(graph, target(128, 32, 1), inputs), run(graph, target(512, 32, 1), inputs));
    }

    private static List<Tensor> run(Graph graph, Target target, List<Tensor> inputs) {
        return TestMachine.run(Compiler.compile(graph, target, CompileOptions.defaults()), inputs);
    }

    /** Numbers whose sums are not exact. */
    private static Tensor noisy(Tensor tensor, Random random) {
        if (tensor.dtype() != DType.F32) {
            return tensor;
        }
        float[] data = tensor.toFloatArray();
        for (int i = 0; i < data.length; i++) {
            data[i] += (float) (random.nextGaussian() / 3);
        }
        return Tensor.of(data, tensor.shape());
    }
}
