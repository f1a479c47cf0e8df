package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which convolutions are filtered minimally, and that they are the same then. */
class FilterMinimallyTest {
    private static Graph convolution(int size, int channels, int columns, int stride, boolean whole) {
        Random random = new Random(7);
        float[] weights = new float[9 * channels * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = whole ? random.nextInt(-3, 4) : random.nextFloat() - 0.5f;
        }
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", new TensorType(DType.F32, Shape.of(1, size, size, channels)));
        Value w = builder.constant(Tensor.of(weights, 3, 3, channels, columns));
        Window window = new Window(
                List.of(3, 3),
                List.of(stride, stride),
                List.of(1, 1),
                List.of(Dim.ONE, Dim.ONE),
                List.of(Dim.ONE, Dim.ONE));
        return builder.build(List.of(builder.add(new Op.Convolve(window, 1), x, w)));
    }

    private static boolean isFiltered(Graph graph, boolean winograd) {
        return GraphPipeline.run(graph, winograd, PassListener.NONE).nodes().stream()
                .anyMatch(node -> node.op() instanceof Op.ConvolveWinograd);
    }

    @Test
    void largeOnesAreWhereTheyMayBe() {
        assertEquals(true, isFiltered(convolution(160, 32, 32, 1, false), true));
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1, false), false), "not asked for");
        assertEquals(false, isFiltered(convolution(160, 32, 32, 2, false), true), "strides");
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1, true), true), "sums of whole numbers are exact");
        assertEquals(false, isFiltered(convolution(160, 4, 32, 1, false), true), "few channels");
        assertEquals(false, isFiltered(convolution(56, 32, 32, 1, false), true), "too little to save");
    }

    @Test
    void resultsAreTheSameButForRounding() {
        Graph graph = convolution(112, 64, 32, 1, false);
        Random random = new Random(3);
        float[] x = new float[112 * 112 * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(x, 1, 112, 112, 64));
        String name = graph.outputs().getFirst().name();
        float[] expected = new GraphInterpreter().run(graph, inputs).get(name).toFloatArray();
        Graph filtered = GraphPipeline.run(graph, true, PassListener.NONE);
        float[] found = new GraphInterpreter().run(filtered, inputs).get(name).toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 1e-4, "element " + i);
        }
    }
}
