package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.numbers;
import static dev.quern.ir.interpret.Operations.one;
import static dev.quern.ir.interpret.Operations.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Window;
import dev.quern.ir.graph.Winograd;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Minimal filtering is convolution, whatever the borders and whether or not tiles are whole. */
class MinimalFilteringTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void equalsTheConvolution(int tile) {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Winograd tiles = new Winograd(tile);
            List<Dim> before = List.of(Dim.of(random.nextInt(3)), Dim.of(random.nextInt(3)));
            List<Dim> after = List.of(Dim.of(random.nextInt(3)), Dim.of(random.nextInt(3)));
            Window window = new Window(List.of(3, 3), List.of(1, 1), List.of(1, 1), before, after);
            Tensor x = random(random, 2, random.nextInt(3, 10), random.nextInt(3, 10), 3);
            Tensor w = random(random, 3, 3, 3, 2);
            double[] expected = numbers(one(new Op.Convolve(window, 1), x, w));
            double[] found = numbers(one(new Op.ConvolveWinograd(window, tiles), x, transformed(tiles, w)));
            assertEquals(expected.length, found.length);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], 2e-4, "seed " + seed + ", element " + i);
            }
        }
    }

    /** By the definition: {@code weights * w * weights^T} for each pair of channels. */
    private static Tensor transformed(Winograd tiles, Tensor w) {
        double[][] matrix = tiles.weights();
        double[] values = numbers(w);
        int pairs = values.length / 9;
        int reach = tiles.reach();
        float[] result = new float[reach * reach * pairs];
        for (int pair = 0; pair < pairs; pair++) {
            for (int i = 0; i < reach; i++) {
                for (int j = 0; j < reach; j++) {
                    double sum = 0;
                    for (int r = 0; r < 3; r++) {
                        for (int s = 0; s < 3; s++) {
                            sum += matrix[i][r] * values[(3 * r + s) * pairs + pair] * matrix[j][s];
                        }
                    }
                    result[(i * reach + j) * pairs + pair] = (float) sum;
                }
            }
        }
        return Tensor.of(result, (long) reach * reach, w.shape()[2], w.shape()[3]);
    }
}
