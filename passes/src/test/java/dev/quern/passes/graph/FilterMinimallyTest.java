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
    private static float[] weights(int channels, int columns) {
        Random random = new Random(7);
        float[] weights = new float[9 * channels * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat() - 0.5f;
        }
        return weights;
    }

    private static Graph convolution(int size, int channels, int columns, int stride) {
        return convolution(size, channels, columns, stride, weights(channels, columns));
    }

    private static Graph convolution(int size, int channels, int columns, int stride, float[] weights) {
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
        return GraphPipeline.run(graph, new PassChoices(winograd, false), PassListener.NONE).nodes().stream()
                .anyMatch(node -> node.op() instanceof Op.ConvolveWinograd);
    }

    @Test
    void largeOnesAreWhereTheyMayBe() {
        assertEquals(true, isFiltered(convolution(160, 32, 32, 1), true));
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1), false), "not asked for");
        assertEquals(false, isFiltered(convolution(160, 32, 32, 2), true), "strides");
        assertEquals(false, isFiltered(convolution(160, 4, 32, 1), true), "few channels");
        assertEquals(false, isFiltered(convolution(56, 32, 32, 1), true), "too little to save");
    }

    @Test
    void weightsWhoseSumsMayBeExactAreNot() {
        Random random = new Random(5);
        float[] weights = new float[9 * 32 * 32];
        for (float unit : new float[] {1, 0.5f, 0x1p-9f, 16}) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextInt(-127, 128) * unit;
            }
            assertEquals(false, isFiltered(convolution(160, 32, 32, 1, weights), true), "multiples of " + unit);
            if (unit != 1) {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = random.nextInt(-127, 128) * unit * Math.scalb(1f, i % 32);
                }
                assertEquals(false, isFiltered(convolution(160, 32, 32, 1, weights), true), "a scale for each channel");
            }
            weights[0] = 100 * unit + unit / 16384;
            assertEquals(true, isFiltered(convolution(160, 32, 32, 1, weights), true), "but for one, of " + unit);
        }
    }

    @Test
    void wholeWeightsAreNotHoweverLarge() {
        Random random = new Random(6);
        float[] weights = new float[9 * 32 * 32];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextInt(-5000, 5000);
        }
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1, weights), true));
        weights[5] += 0.5f;
        assertEquals(true, isFiltered(convolution(160, 32, 32, 1, weights), true));
    }

    @Test
    void extremeWeightsAreNot() {
        for (float one : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e30f}) {
            float[] weights = weights(32, 32);
            weights[100] = one;
            assertEquals(false, isFiltered(convolution(160, 32, 32, 1, weights), true), "one of " + one);
        }
        float[] small = weights(32, 32);
        for (int i = 0; i < small.length; i++) {
            small[i] *= 1e-30f;
        }
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1, small), true), "all small");
        assertEquals(false, isFiltered(convolution(160, 32, 32, 1, new float[9 * 32 * 32]), true), "all zero");
    }

    @Test
    void sharedWeightsAreTransformedOnce() {
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", new TensorType(DType.F32, Shape.of(1, 160, 160, 32)));
        Value w = builder.constant(Tensor.of(weights(32, 32), 3, 3, 32, 32));
        Window window = new Window(
                List.of(3, 3), List.of(1, 1), List.of(1, 1), List.of(Dim.ONE, Dim.ONE), List.of(Dim.ONE, Dim.ONE));
        Value first = builder.add(new Op.Convolve(window, 1), x, w);
        Graph graph = builder.build(List.of(builder.add(new Op.Convolve(window, 1), first, w)));
        List<String> weights =
                GraphPipeline.run(graph, new PassChoices(true, false), PassListener.NONE).nodes().stream()
                        .filter(node -> node.op() instanceof Op.ConvolveWinograd)
                        .map(node -> node.input(1).name())
                        .toList();
        assertEquals(2, weights.size());
        assertEquals(weights.getFirst(), weights.getLast());
    }

    @Test
    void resultsAreTheSameButForRounding() {
        Graph graph = convolution(112, 64, 32, 1);
        Random random = new Random(3);
        float[] x = new float[112 * 112 * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(x, 1, 112, 112, 64));
        String name = graph.outputs().getFirst().name();
        float[] expected = new GraphInterpreter().run(graph, inputs).get(name).toFloatArray();
        Graph filtered = GraphPipeline.run(graph, new PassChoices(true, false), PassListener.NONE);
        float[] found = new GraphInterpreter().run(filtered, inputs).get(name).toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 1e-4, "element " + i);
        }
    }
}
