package dev.quern.bench;

import dev.quern.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One kernel of each template at several shapes, on one thread: the time of a run of a model that has one operator, the copying of
 * its result included.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Templates {
    /** For the harness. */
    public Templates() {}

    /** A template and the shapes that it is measured at. */
    @State(Scope.Benchmark)
    public static class TemplateShape {
        /** The template, then the shape: what its numbers mean is said where they are used. */
        @Param({
            "contraction 128x384x1536",
            "contraction 128x1536x384",
            "contraction 1x1024x4096",
            "convolution 56x64x64x3",
            "convolution 14x256x256x3",
            "convolution 224x3x64x7",
            "depthwise 112x16x3",
            "depthwise 14x480x5",
            "transposed 14x64x32x4",
            "transposed 56x32x16x3",
            "pool 112x64x3",
            "pool 28x256x2",
            "softmax 1536x128",
            "softmax 12x2048",
            "normalize 128x384",
            "normalize 512x768",
            "reduction 128x3072",
            "reduction 4096x64",
            "recurrent 50x128x256",
            "recurrent 1x64x128",
            "resize 32x64x2",
            "resize 128x16x2",
            "scatter 1000x64x4000",
            "scatter 100000x4x1000",
            "traversal 128x1536",
            "traversal 1x3000000"
        })
        public String shape;

        private OneOperator operator;

        /** For the harness. */
        public TemplateShape() {}

        /** Compiles the model. */
        @Setup
        public void open() {
            String template = shape.substring(0, shape.indexOf(' '));
            long[] sizes = OneOperator.extents(shape.substring(shape.indexOf(' ') + 1));
            operator = compiled(template, sizes);
        }

        private static OneOperator compiled(String template, long[] n) {
            OneOperator one = new OneOperator();
            return switch (template) {
                // Rows, depth, columns.
                case "contraction" ->
                    one.input(n[0], n[1]).constant(n[1], n[2]).compile("MatMul", template, n[0], n[2]);
                // Image, channels, filters, window.
                case "convolution" ->
                    one.input(1, n[1], n[0], n[0])
                            .constant(n[2], n[1], n[3], n[3])
                            .with("pads", padding(n[3]))
                            .compile("Conv", template, 1, n[2], n[0], n[0]);
                // Image, channels, window.
                case "depthwise" ->
                    one.input(1, n[1], n[0], n[0])
                            .constant(n[1], 1, n[2], n[2])
                            .with("pads", padding(n[2]))
                            .with("group", n[1])
                            .compile("Conv", template, 1, n[1], n[0], n[0]);
                // Image, channels, filters, window, by strides of two.
                case "transposed" -> {
                    long out = 2 * (n[0] - 1) + n[3];
                    yield one.input(1, n[1], n[0], n[0])
                            .constant(n[1], n[2], n[3], n[3])
                            .with("strides", new long[] {2, 2})
                            .compile("ConvTranspose", template, 1, n[2], out, out);
                }
                // Image, channels, window, by strides of two.
                case "pool" -> {
                    long out = (n[0] - n[2]) / 2 + 1;
                    yield one.input(1, n[1], n[0], n[0])
                            .with("kernel_shape", new long[] {n[2], n[2]})
                            .with("strides", new long[] {2, 2})
                            .compile("MaxPool", template, 1, n[1], out, out);
                }
                // Rows, columns.
                case "softmax" -> one.input(n).compile("Softmax", template, n);
                case "normalize" ->
                    one.input(n).constant(n[1]).constant(n[1]).compile("LayerNormalization", template, n);
                case "reduction" ->
                    one.input(n).constant(Tensor.of(new long[] {1}, 1)).compile("ReduceMean", template, n[0], 1);
                // Steps, width of the input, width of the state.
                case "recurrent" ->
                    one.input(n[0], 1, n[1])
                            .constant(1, 4 * n[2], n[1])
                            .constant(1, 4 * n[2], n[2])
                            .with("hidden_size", n[2])
                            .compile("LSTM", template, n[0], 1, 1, n[2]);
                // Image, channels, scale.
                case "resize" ->
                    one.input(1, n[1], n[0], n[0])
                            .absent()
                            .constant(Tensor.of(new float[] {1, 1, n[2], n[2]}, 4))
                            .with("mode", "linear")
                            .compile("Resize", template, 1, n[1], n[0] * n[2], n[0] * n[2]);
                // Updates, columns, rows.
                case "scatter" ->
                    one.input(n[2], n[1])
                            .constant(indices(n[0], n[2]))
                            .input(n[0], n[1])
                            .with("reduction", "add")
                            .compile("ScatterND", template, n[2], n[1]);
                // Rows, columns.
                case "traversal" -> one.input(n).compile("Sigmoid", template, n);
                default -> throw new IllegalArgumentException("no template is called " + template);
            };
        }

        private static long[] padding(long window) {
            long[] pads = new long[4];
            Arrays.fill(pads, window / 2);
            return pads;
        }

        private static Tensor indices(long count, long rows) {
            long[] indices = new long[Math.toIntExact(count)];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = i * 7919L % rows;
            }
            return Tensor.of(indices, count, 1);
        }

        /** Frees the model. */
        @TearDown
        public void close() {
            operator.close();
        }
    }

    /** Every template that the benchmark measures, each with a shape. */
    static List<String> cases() throws NoSuchFieldException {
        return List.of(
                TemplateShape.class.getField("shape").getAnnotation(Param.class).value());
    }

    /** One run. */
    @Benchmark
    public Map<String, Tensor> run(TemplateShape subject) {
        return subject.operator.run();
    }
}
