package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.host;
import static dev.quern.ir.interpret.Operations.longs;
import static dev.quern.ir.interpret.Operations.one;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.testing.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResizeOperationsTest {
    private static ResizeRule rule(
            ResizeRule.Interpolation mode, String coordinates, String nearest, boolean exclude, boolean antialias) {
        return new ResizeRule(mode, coordinates, nearest, -0.75, exclude, 9, antialias, List.of());
    }

    private static Tensor line(ResizeRule rule, long extent, double scale, float... values) {
        return one(new Op.Resize(rule, List.of(scale), Shape.of(extent)), floats(values));
    }

    @Test
    void nearestByEachCoordinateMode() {
        ResizeRule half = rule(ResizeRule.Interpolation.NEAREST, "half_pixel", "round_prefer_floor", false, false);
        assertNumbers(line(half, 6, 2, 1, 2, 3), 1, 1, 2, 2, 3, 3);
        assertNumbers(
                line(rule(ResizeRule.Interpolation.NEAREST, "asymmetric", "floor", false, false), 4, 4 / 3.0, 1, 2, 3),
                1,
                1,
                2,
                3);
        assertNumbers(
                line(rule(ResizeRule.Interpolation.NEAREST, "asymmetric", "ceil", false, false), 4, 4 / 3.0, 1, 2, 3),
                1,
                2,
                3,
                3);
        assertNumbers(
                line(
                        rule(ResizeRule.Interpolation.NEAREST, "align_corners", "round_prefer_ceil", false, false),
                        4,
                        2,
                        1,
                        2),
                1,
                1,
                2,
                2);
    }

    @Test
    void linearWeights() {
        assertNumbers(
                line(rule(ResizeRule.Interpolation.LINEAR, "half_pixel", "", false, false), 4, 2, 1, 2),
                1,
                1.25,
                1.75,
                2);
        assertNumbers(
                line(rule(ResizeRule.Interpolation.LINEAR, "align_corners", "", false, false), 4, 2, 1, 4), 1, 2, 3, 4);
        assertNumbers(
                line(
                        rule(ResizeRule.Interpolation.LINEAR, "pytorch_half_pixel", "", false, false),
                        1,
                        1 / 3.0,
                        1,
                        2,
                        3),
                1);
        assertNumbers(
                line(
                        rule(ResizeRule.Interpolation.LINEAR, "half_pixel_symmetric", "", false, false),
                        2,
                        0.6,
                        1,
                        2,
                        3,
                        4),
                1.66666667,
                3.33333333);
    }

    @Test
    void scaleOfZeroIsTheRatioOfTheExtents() {
        ResizeRule rule = rule(ResizeRule.Interpolation.LINEAR, "half_pixel", "", false, false);
        SameBits.check("scales", line(rule, 5, 5 / 3.0, 1, 2, 4), line(rule, 5, 0, 1, 2, 4));
    }

    /** A tent as wide as four elements at scale one half: weights 1, 3, 3, 1 eighths. */
    @Test
    void antialiasedWeights() {
        ResizeRule rule = rule(ResizeRule.Interpolation.LINEAR, "half_pixel", "", true, true);
        assertNumbers(
                line(rule, 3, 0.5, 1, 2, 3, 4, 5, 60), (3 + 6 + 3) / 7.0, (2 + 9 + 12 + 5) / 8.0, (4 + 15 + 180) / 7.0);
    }

    /** Weights of the cubic filter at quarters, for a = -0.75. */
    @Test
    void cubicWeights() {
        Tensor found = line(rule(ResizeRule.Interpolation.CUBIC, "half_pixel", "", false, false), 8, 2, 0, 0, 1, 0);
        assertNumbers(found, 0, -0.0351563, -0.1054688, 0.2617188, 0.8789063, 0.8789063, 0.2617188, -0.1054688);
    }

    @Test
    void cropsAndExtrapolates() {
        ResizeRule crop = new ResizeRule(
                ResizeRule.Interpolation.LINEAR, "tf_crop_and_resize", "", -0.75, false, 9, false, List.of(0.5, 1.5));
        assertNumbers(one(new Op.Resize(crop, List.of(1.0), Shape.of(3)), floats(1, 2, 3)), 2, 3, 9);
    }

    /** Resizing two axes is resizing one after the other. */
    @Test
    void axesAreSeparate() {
        Tensor x = Operations.random(new Random(1), 3, 5);
        double greatest =
                Arrays.stream(Operations.numbers(x)).map(Math::abs).max().orElseThrow();
        // Weights of the cubic filter come to at most 1.5 without their signs; the columns are rounded, and both
        // results.
        double allowed = Tolerance.rounding(DType.F32, 3, 1.5 * 1.5 * greatest);
        for (ResizeRule.Interpolation mode : ResizeRule.Interpolation.values()) {
            ResizeRule rule = rule(mode, "half_pixel", "floor", false, false);
            Tensor both = one(new Op.Resize(rule, List.of(2.0, 1.4), Shape.of(6, 7)), x);
            Tensor columns = one(new Op.Resize(rule, List.of(1.0, 1.4), Shape.of(3, 7)), x);
            double[] expected =
                    Operations.numbers(one(new Op.Resize(rule, List.of(2.0, 1.0), Shape.of(6, 7)), columns));
            double[] found = Operations.numbers(both);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], allowed, mode.name());
            }
        }
    }

    @Test
    void sizesComputedByTheModel() {
        Map<String, Attribute> linear = Map.of("mode", new Attribute.Text("linear"));
        Tensor none = floats();
        Tensor x = floats(1, 2, 3, 4).reshape(1, 1, 2, 2);
        Tensor found =
                host("ResizeTo", linear, x, none, none, longs(1, 1, 2, 4)).getFirst();
        assertNumbers(found, 1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4);
        assertArrayEquals(
                new long[] {1, 1, 4, 6},
                host("ResizeTo", linear, x, none, floats(1, 1, 2, 3)).getFirst().shape());
        Map<String, Attribute> bounded = Map.of(
                "keep_aspect_ratio_policy",
                new Attribute.Text("not_larger"),
                "axes",
                new Attribute.Wholes(List.of(2L, 3L)));
        assertEquals(
                "f32[1, 1, 6, 6]",
                host("ResizeTo", bounded, x, none, none, longs(8, 6)).getFirst().toString());
    }
}
