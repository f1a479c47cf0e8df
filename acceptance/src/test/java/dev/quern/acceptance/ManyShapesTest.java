package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A service whose inputs have ever other sizes, none of which the general program takes. */
class ManyShapesTest {
    private static final int WIDTH = 32;

    /** Programs that are kept while no run uses them, as {@code Specialisations} says, and the general one. */
    private static final int MOST_PROGRAMS = 33;

    private static float[] random(Random random, int elements) {
        float[] data = new float[elements];
        for (int i = 0; i < elements; i++) {
            data[i] = random.nextInt(9) - 4;
        }
        return data;
    }

    /** {@code (a + b) · wᵀ}, where a has one row in every run, and b has k. */
    private static CompiledModel model(float[] weights) {
        byte[] bytes = new OnnxBuilder()
                .input("a", DType.F32, "n", WIDTH)
                .input("b", DType.F32, "m", WIDTH)
                .initializer("w", Tensor.of(weights, WIDTH, WIDTH))
                .node("Add", List.of("a", "b"), List.of("sum"))
                .node("Gemm", List.of("sum", "w"), List.of("y"), Map.of("transB", new OnnxAttribute.Int(1)))
                .output("y", DType.F32, "rows", WIDTH)
                .build();
        return ModelCompiler.of(Options.builder().threads(2).build()).compile(bytes);
    }

    @Test
    void whatShapesLongGoneNeededIsFreed() {
        Random random = new Random(1);
        float[] weights = random(random, WIDTH * WIDTH);
        try (CompiledModel model = model(weights)) {
            int most = 0;
            long constants = 0;
            for (int rows = 2; rows <= 100; rows++) {
                float[] a = random(random, WIDTH);
                float[] b = random(random, rows * WIDTH);
                float[] y = model.run(Map.of("a", Tensor.of(a, 1, WIDTH), "b", Tensor.of(b, rows, WIDTH)))
                        .get("y")
                        .toFloatArray();
                for (int i = 0; i < y.length; i++) {
                    float expected = 0;
                    for (int k = 0; k < WIDTH; k++) {
                        expected += (a[k] + b[i / WIDTH * WIDTH + k]) * weights[i % WIDTH * WIDTH + k];
                    }
                    assertEquals(expected, y[i], "rows " + rows + ", element " + i);
                }
                most = Math.max(most, model.executables().size());
                constants = Math.max(constants, model.constantBytes());
            }
            assertEquals(100, model.compilations());
            int each = 2;
            assertTrue(most > MOST_PROGRAMS && most <= each * (MOST_PROGRAMS + 1), "kernels: " + most);
            assertTrue(
                    constants <= (long) Float.BYTES * weights.length * (MOST_PROGRAMS + 2),
                    "bytes of constants: " + constants);
        }
    }
}
