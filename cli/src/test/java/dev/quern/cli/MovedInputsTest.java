package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MovedInputsTest {
    @Test
    void floatsMoveByOneUnitInTheLastPlace() {
        float[] values = {1, -2, 3e30f, 1e-40f, Float.MIN_VALUE};
        float[] moved =
                MovedInputs.of(Map.of("x", Tensor.of(values, 5)), 3).get("x").toFloatArray();
        for (int i = 0; i < values.length; i++) {
            assertNotEquals(values[i], moved[i]);
            assertEquals(Math.ulp(values[i]), Math.abs(values[i] - moved[i]), Math.ulp(values[i]) / 2);
        }
    }

    @Test
    void whatIsNoRoundedNumberStays() {
        float[] values = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (long seed = 1; seed < 5; seed++) {
            assertArrayEquals(
                    values,
                    MovedInputs.of(Map.of("x", Tensor.of(values, 5)), seed)
                            .get("x")
                            .toFloatArray());
            float largest = MovedInputs.of(Map.of("x", Tensor.of(new float[] {Float.MAX_VALUE}, 1)), seed)
                    .get("x")
                    .toFloatArray()[0];
            assertEquals(Float.MAX_VALUE, largest, 3e31f);
        }
        Tensor integers = Tensor.of(new int[] {1}, 1);
        assertSame(integers, MovedInputs.of(Map.of("n", integers), 1).get("n"));
    }
}
