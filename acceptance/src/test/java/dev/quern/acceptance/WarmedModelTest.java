package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.LoadWarmUp;
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

    @Test
    void loadingWarmsForTheShapesOfTheOptions() throws InterruptedException {
        Tensor x = Tensor.of(filled(5 * 64), 5, 64);
        float[] expected;
        try (Model model = Model.load(MODEL, Options.builder().noCache().build())) {
            expected = model.run(Map.of("x", x)).get("y").toFloatArray();
        }
        Map<String, long[]> some = Map.of("x", new long[] {5, 64});
        Map<String, long[]> none = Map.of("x", new long[] {0, 64});
        for (LoadWarmUp warmUp :
                List.of(LoadWarmUp.awaited(List.of(some, none)), LoadWarmUp.inBackground(List.of(some, none)))) {
            try (Model model = load(warmUp)) {
                assertArrayEquals(expected, model.run(Map.of("x", x)).get("y").toFloatArray());
            }
            for (Thread thread : warming()) {
                thread.join(60_000);
                assertFalse(thread.isAlive(), "closing ends the warming");
            }
        }
    }

    private static List<Thread> warming() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("quern-warm-up"))
                .toList();
    }

    @Test
    void shapesThatDoNotFitEndALoadThatWarmsFirst() {
        Map<String, long[]> wrong = Map.of("x", new long[] {1, 63});
        assertThrows(ModelException.class, () -> load(LoadWarmUp.awaited(List.of(wrong))));
        try (Model model = load(LoadWarmUp.inBackground(List.of(wrong)))) {
            assertEquals(1, model.inputs().size(), "it is in the log");
        }
    }

    @Test
    void shapesThatTheModelLeavesOpenMustBeGiven() {
        for (LoadWarmUp warmUp :
                List.of(LoadWarmUp.awaited(List.of(Map.of())), LoadWarmUp.inBackground(List.of(Map.of())))) {
            ModelException refusal = assertThrows(ModelException.class, () -> load(warmUp));
            assertTrue(refusal.getMessage().contains("x: f32[n, 64]"), refusal.getMessage());
        }
        byte[] closed = new OnnxBuilder()
                .input("x", DType.F32, 2, 3)
                .node("Relu", List.of("x"), List.of("y"))
                .output("y", DType.F32, 2, 3)
                .build();
        Options options = Options.builder()
                .noCache()
                .warmUp(LoadWarmUp.awaited(List.of(Map.of())))
                .build();
        try (Model model = Model.load(closed, options)) {
            assertEquals(1, model.outputs().size());
        }
    }

    private static Model load(LoadWarmUp warmUp) {
        return Model.load(MODEL, Options.builder().noCache().warmUp(warmUp).build());
    }

    private static void refused(Model model, Map<String, long[]> shapes, String why) {
        ModelException refusal = assertThrows(ModelException.class, () -> model.warmUp(shapes));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    }
}
