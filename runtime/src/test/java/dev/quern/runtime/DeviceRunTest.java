package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models on a device with memory of its own give what they give on the host, and move only what must be. */
class DeviceRunTest {
    private static final Tensor X = Tensor.of(new float[] {1, -2, 3, -4, 5, -6}, 2, 3);

    private static Options options(String device) {
        return Options.builder().device(device).poison(true).build();
    }

    private static Map<String, Tensor> run(byte[] model, String device, Map<String, Tensor> inputs) {
        try (Model compiled = ModelCompiler.of(options(device)).compile(model)) {
            compiled.run(inputs);
            return compiled.run(inputs);
        }
    }

    private static void agree(OnnxBuilder builder, Map<String, Tensor> inputs) {
        byte[] model = builder.build();
        Map<String, Tensor> expected = run(model, "interpreter", inputs);
        NearDevice.LAUNCHES.set(0);
        Map<String, Tensor> found = run(model, "near", inputs);
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, tensor) -> {
            assertArrayEquals(tensor.shape(), found.get(name).shape(), name);
            assertArrayEquals(
                    tensor.segment().toArray(ValueLayout.JAVA_BYTE),
                    found.get(name).segment().toArray(ValueLayout.JAVA_BYTE),
                    name);
        });
        assertTrue(NearDevice.LAUNCHES.get() > 0, "nothing ran on the device");
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
    }

    @Test
    void kernelsInARow() {
        agree(
                new OnnxBuilder()
                        .input("x", DType.F32, 2, 3)
                        .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                        .node("MatMul", List.of("x", "w"), List.of("a"))
                        .node("Relu", List.of("a"), List.of("b"))
                        .node("Softmax", List.of("b"), List.of("y"))
                        .output("b", DType.F32, 2, 2)
                        .output("y", DType.F32, 2, 2),
                Map.of("x", X));
    }

    /** On the host, such working memory begins some elements into its array. */
    @Test
    void workingMemoryThatFillsRegionsOfTheHeap() {
        float[] x = new float[3 * 1000];
        float[] w = new float[3 * 700];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i % 17) - 8;
            w[i % w.length] = (i % 5) - 2;
        }
        agree(
                new OnnxBuilder()
                        .input("x", DType.F32, 1000, 3)
                        .initializer("w", Tensor.of(w, 3, 700))
                        .node("MatMul", List.of("x", "w"), List.of("a"))
                        .node("ArgMax", List.of("a"), List.of("y"), Map.of("axis", OnnxAttribute.of(1)))
                        .output("y", DType.I64, 1000, 1),
                Map.of("x", Tensor.of(x, 1000, 3)));
    }

    @Test
    void hostStepsBetweenKernels() {
        agree(
                new OnnxBuilder()
                        .input("x", DType.F32, 2, 3)
                        .node("Relu", List.of("x"), List.of("a"))
                        .node("NonZero", List.of("a"), List.of("places"))
                        .node("Neg", List.of("places"), List.of("negative"))
                        .node("Add", List.of("a", "a"), List.of("b"))
                        .node("NonZero", List.of("b"), List.of("again"))
                        .output("negative", DType.I64, 2, -1)
                        .output("again", DType.I64, 2, -1)
                        .output("b", DType.F32, 2, 3),
                Map.of("x", X));
    }

    @Test
    void partsOfOneValue() {
        agree(
                new OnnxBuilder()
                        .input("x", DType.F32, 2, 3)
                        .node("Softmax", List.of("x"), List.of("a"))
                        .node("Exp", List.of("x"), List.of("b"))
                        .node("Concat", List.of("a", "b", "x"), List.of("y"), Map.of("axis", OnnxAttribute.of(0)))
                        .output("y", DType.F32, 6, 3),
                Map.of("x", X));
    }

    @Test
    void indicesAreCheckedOnTheHost() {
        OnnxBuilder builder = new OnnxBuilder()
                .input("i", DType.I64, 2)
                .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .node("Neg", List.of("i"), List.of("j"))
                .node("Gather", List.of("w", "j"), List.of("y"))
                .output("y", DType.F32, 2, 2);
        agree(builder, Map.of("i", Tensor.of(new long[] {-1, 3}, 2)));
        ModelException refusal = assertThrows(
                ModelException.class,
                () -> run(builder.build(), "near", Map.of("i", Tensor.of(new long[] {-1, 4}, 2))));
        assertEquals(ModelException.Code.INVALID_INPUT, refusal.code());
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
    }

    @Test
    void constantsAreCopiedOnce() {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, 2, 3)
                .initializer("w", Tensor.of(new float[300], 3, 100))
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, 2, 100)
                .build();
        NearDevice.BYTES_IN.set(0);
        try (Model compiled = ModelCompiler.of(options("near")).compile(model)) {
            for (int i = 0; i < 5; i++) {
                compiled.run(Map.of("x", X));
            }
        }
        assertEquals(300 * 4 + 5 * 6 * 4, NearDevice.BYTES_IN.get());
    }

    @Test
    void aDeviceThatIsNotThereIsRefusedByName() {
        ModelException refusal = assertThrows(
                ModelException.class,
                () -> ModelCompiler.of(options("far"))
                        .compile(new OnnxBuilder()
                                .input("x", DType.F32, 1)
                                .node("Relu", List.of("x"), List.of("y"))
                                .output("y", DType.F32, 1)
                                .build()));
        assertEquals(ModelException.Code.DEVICE, refusal.code());
        assertTrue(refusal.getMessage().startsWith("device 'far': no back end for it; found ["), refusal.getMessage());
    }
}
