package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A model whose convolution is large enough for minimal filtering, with and without it, through all that a user's model goes through. */
class WinogradModelTest {
    private static final int SIZE = 94;
    private static final int CHANNELS = 64;

    private static byte[] model() {
        Random random = new Random(5);
        float[] weights = new float[CHANNELS * CHANNELS * 9];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() / 15;
        }
        return new OnnxBuilder()
                .input("x", DType.F32, 1, CHANNELS, SIZE, SIZE)
                .initializer("w", Tensor.of(weights, CHANNELS, CHANNELS, 3, 3))
                .node("Conv", List.of("x", "w"), List.of("c"), Map.of("pads", OnnxAttribute.ofInts(1, 1, 1, 1)))
                .node("Sigmoid", List.of("c"), List.of("s"))
                .node("Mul", List.of("c", "s"), List.of("m"))
                .node("Add", List.of("m", "x"), List.of("y"))
                .output("y")
                .build();
    }

    private static float[] run(float[] x, boolean winograd, int threads) {
        Options options = Options.builder()
                .noCache()
                .winograd(winograd)
                .threads(threads)
                .poison(true)
                .build();
        try (Model model = Model.load(model(), options)) {
            return model.run(Map.of("x", Tensor.of(x, 1, CHANNELS, SIZE, SIZE)))
                    .get("y")
                    .toFloatArray();
        }
    }

    private static float[] input() {
        Random random = new Random(6);
        float[] x = new float[CHANNELS * SIZE * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    @Test
    void roundsDifferentlyAndOnAnyThreadsAlike() {
        float[] exact = run(input(), false, 1);
        float[] filtered = run(input(), true, 1);
        assertArrayEquals(exact, filtered, 2e-4f);
        assertFalse(java.util.Arrays.equals(exact, filtered), "the same bits: nothing was filtered");
        assertArrayEquals(filtered, run(input(), true, 2), 0f);
    }

    /** What is not finite stays where it is without, and within its tiles with it. */
    @Test
    void whatIsNotFiniteSpoilsItsTile() {
        float[] x = input();
        x[3 * SIZE * SIZE + 9 * SIZE + 9] = Float.NaN;
        float[] exact = run(x, false, 2);
        float[] filtered = run(x, true, 2);
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int row = 0; row < SIZE; row++) {
                for (int column = 0; column < SIZE; column++) {
                    int at = (channel * SIZE + row) * SIZE + column;
                    boolean isReached = Math.abs(row - 9) <= 1 && Math.abs(column - 9) <= 1;
                    boolean isInTile = row >= 8 && row < 12 && column >= 8 && column < 12;
                    assertEquals(isReached, Float.isNaN(exact[at]), "row " + row + ", column " + column);
                    assertTrue(!isReached || Float.isNaN(filtered[at]), "row " + row + ", column " + column);
                    assertTrue(!Float.isNaN(filtered[at]) || isInTile, "row " + row + ", column " + column);
                    if (!Float.isNaN(filtered[at])) {
                        assertEquals(exact[at], filtered[at], 2e-4f);
                    }
                }
            }
        }
    }
}
