package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** What a smooth activation gives far below zero is small and not nothing. */
class FarTailsTest {
    private static final float[] PLACES = {
        -1, -5, -10, -15, -17, -20, -50, -87, -95, -103, -110, Float.NEGATIVE_INFINITY, 0, 1e-8f, 5, 20, 89, 100
    };

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static void check(OnnxBuilder model, DoubleUnaryOperator meant, int count) {
        byte[] bytes = model.output("y").build();
        float[] places = Arrays.copyOf(PLACES, count);
        for (QuernPath engine : QuernPath.values()) {
            float[] found = engine.run(bytes, Map.of("x", Tensor.of(places, count)))
                    .get("y")
                    .toFloatArray();
            for (int i = 0; i < count; i++) {
                double expected = meant.applyAsDouble(places[i]);
                assertEquals(
                        expected,
                        found[i],
                        1e-6 * Math.abs(expected) + 2 * Math.clamp(-places[i], 1, 110) * Float.MIN_VALUE,
                        engine + " at " + places[i]);
            }
        }
    }

    @Test
    void softplus() {
        check(
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "n")
                        .node("Softplus", List.of("x"), List.of("y"), Map.of()),
                FarTailsTest::softplus,
                PLACES.length);
    }

    @Test
    void mish() {
        int finite = 11;
        check(
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "n")
                        .node("Mish", List.of("x"), List.of("y"), Map.of()),
                x -> x * StrictMath.tanh(softplus(x)),
                finite);
    }
}
