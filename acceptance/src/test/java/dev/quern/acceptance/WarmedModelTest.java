package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.runtime.ModelCompiler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link Model#warmUp} of compiled and interpreted models. */
class WarmedModelTest {
    private static final byte[] MODEL = new OnnxBuilder()
            .input("x", DType.F32, "n", 64)
            .initializer("w", Tensor.of(filled(64 * 64), 64, 64))
            .node("MatMul", List.of("x", "w"), List.of("y"))
            .output("y", DType.F32, "n", 64)
            .build();

    private static float[] filled(int elements) {
        float[] filled = new float[elements];
        for (int i = 0; i < elements; i++) {
            filled[i] = i % 7;
        }
        return filled;
    }

    @Test
    void aModelIsWarmedForAnyShapes() {
        try (Model model = Model.load(MODEL, Options.builder().noCache().build())) {
            Tensor x = Tensor.of(filled(5 * 64), 5, 64);
            float[] before = model.run(Map.of("x", x)).get("y").toFloatArray();
            model.warmUp(Map.of("x", new long[] {5, 64}));
            model.warmUp(Map.of("x", new long[] {0, 64}));
            assertArrayEquals(before, model.run(Map.of("x", x)).get("y").toFloatArray());
        }
    }

    @Test
    void shapesMustBeThoseOfTheModel() {
        try (Model model = Model.load(MODEL, Options.builder().noCache().build());
                Model interpreted = ModelCompiler.of(Options.defaults()).interpret(MODEL)) {
            for (Model each : List.of(model, interpreted)) {
                refused(each, Map.of(), "input 'x': expected a shape for each of [x: f32[n, 64]], found none for it");
                refused(
                        each,
                        Map.of("x", new long[] {1, 64}, "z", new long[0]),
                        "input 'z': the model has no such input; its inputs are [x: f32[n, 64]]");
                refused(each, Map.of("x", new long[] {-1, 64}), "negative extent");
                refused(each, Map.of("x", new long[] {1L << 40, 64}), "at most");
                refused(each, Map.of("x", new long[] {1, 63}), "63");
                refused(each, null, "shapes");
            }
        }
    }

    private static void refused(Model model, Map<String, long[]> shapes, String why) {
        ModelException refusal = assertThrows(ModelException.class, () -> model.warmUp(shapes));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    }
}
