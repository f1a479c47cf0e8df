package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.numbers;
import static dev.quern.ir.interpret.Operations.of;
import static dev.quern.ir.interpret.Operations.one;
import static dev.quern.ir.interpret.Operations.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Window;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.testing.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowOperationsTest {
    private static Window window(int[] extents, int stride, int dilation, int before, int after) {
        List<Integer> sizes = Arrays.stream(extents).boxed().toList();
        return new Window(
                sizes,
                sizes.stream().map(_ -> stride).toList(),
                sizes.stream().map(_ -> dilation).toList(),
                sizes.stream().map(_ -> Dim.of(before)).toList(),
                sizes.stream().map(_ -> Dim.of(after)).toList());
    }

    /** A plane convolved by the definition. */
    @Test
    void convolutionByDefinition() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            int groups = random.nextInt(1, 4);
            int own = random.nextInt(1, 3);
            int each = random.nextInt(1, 3);
            int stride = random.nextInt(1, 3);
            int dilation = random.nextInt(1, 3);
            int before = random.nextInt(3);
            int after = random.nextInt(3);
            Tensor x = random(random, 2, 6, 7, groups * own);
            Tensor w = random(random, 3, 2, own, groups * each);
            Tensor y = one(new Op.Convolve(window(new int[] {3, 2}, stride, dilation, before, after), groups), x, w);
            double[] xs = numbers(x);
            double[] ws = numbers(w);
            double[] ys = numbers(y);
            int c = groups * own;
            int m = groups * each;
            long[] s = y.shape();
            for (int i = 0; i < ys.length; i++) {
                int out = i % m;
                int q = (int) (i / m % s[2]);
                int p = (int) (i / m / s[2] % s[1]);
                int n = (int) (i / m / s[2] / s[1]);
                double sum = 0;
                double size = 0;
                for (int a = 0; a < 3; a++) {
                    for (int b = 0; b < 2; b++) {
                        int row = p * stride + a * dilation - before;
                        int column = q * stride + b * dilation - before;
                        for (int k = 0; k < own && row >= 0 && row < 6 && column >= 0 && column < 7; k++) {
                            double product = xs[((n * 6 + row) * 7 + column) * c + out / each * own + k]
                                    * ws[((a * 2 + b) * own + k) * m + out];
                            sum += product;
                            size += Math.abs(product);
                        }
                    }
                }
                assertEquals(sum, ys[i], rounded(sum, size), "seed " + seed);
            }
        }
    }

    /** The transposed convolution is the adjoint: {@code <conv(x), y> = <x, transposed(y)>}. */
    @Test
    void transposedConvolutionIsTheAdjoint() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            int groups = random.nextInt(1, 3);
            int own = random.nextInt(1, 3);
            int each = random.nextInt(1, 3);
            Window window = window(
                    new int[] {3}, random.nextInt(1, 4), random.nextInt(1, 3), random.nextInt(2), random.nextInt(2));
            Tensor x = random(random, 2, 9, groups * own);
            Tensor w = random(random, 3, own, groups * each);
            Tensor convolved = one(new Op.Convolve(window, groups), x, w);
            Tensor y = random(random, convolved.shape());
            Tensor back = one(
                    new Op.ConvolveTransposed(window, groups, Shape.of(x.shape())),
                    y,
                    transposed(w, groups, own, each));
            // Each element of both was rounded once.
            double allowed = Tolerance.rounding(DType.F32, 1, size(convolved, y) + size(x, back));
            assertEquals(dot(convolved, y), dot(x, back), allowed, "seed " + seed);
        }
    }

    /** What may lie between sums of doubles, in any order, and what is rounded to f32 once. */
    private static double rounded(double sum, double size) {
        return Tolerance.rounding(DType.F32, 1, Math.abs(sum)) + Tolerance.rounding(DType.F64, 2 * 20, size);
    }

    private static double size(Tensor left, Tensor right) {
        double[] a = numbers(left);
        double[] b = numbers(right);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] * b[i]);
        }
        return sum;
    }

    /** From [k, C/g, M] to [k, M, C/g]. */
    private static Tensor transposed(Tensor w, int groups, int own, int each) {
        return one(new Op.Transpose(List.of(0, 2, 1)), w);
    }

    private static double dot(Tensor left, Tensor right) {
        double[] a = numbers(left);
        double[] b = numbers(right);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void pools() {
        Tensor x = floats(1, -2, 3, -4, 5, -6).reshape(1, 3, 2);
        Window padded = window(new int[] {2}, 1, 1, 1, 0);
        assertNumbers(one(new Op.Pool(Op.PoolKind.MAX, padded, false), x), 1, -2, 3, -2, 5, -4);
        assertNumbers(one(new Op.Pool(Op.PoolKind.AVERAGE, padded, false), x), 1, -2, 2, -3, 4, -5);
        assertNumbers(one(new Op.Pool(Op.PoolKind.AVERAGE, padded, true), x), 0.5, -1, 2, -3, 4, -5);
        Tensor bytes = of(DType.I8, -5, -7, -128, -3).reshape(1, 2, 2, 1);
        assertNumbers(one(new Op.Pool(Op.PoolKind.MAX, window(new int[] {2, 2}, 1, 1, 0, 0), false), bytes), -3);
    }

    @Test
    void integersConvolveExactly() {
        Tensor x = of(DType.I32, 100_000, 100_000, 1).reshape(1, 3, 1);
        Tensor w = of(DType.I32, 100_000, 1).reshape(2, 1, 1);
        SameBits.check(
                "convolution",
                of(DType.I32, (int) 10_000_100_000L, (int) 10_000_000_001L).reshape(1, 2, 1),
                one(new Op.Convolve(window(new int[] {2}, 1, 1, 0, 0), 1), x, w));
    }

    @Test
    void contractionsByDefinition() {
        Random random = new Random(9);
        Tensor left = random(random, 2, 3, 4, 5);
        Tensor right = random(random, 5, 2, 6, 4);
        Tensor found = one(
                new Op.Contract(
                        List.of("b", "m", "k", "l"), List.of("l", "b", "n", "k"), List.of("n", "b", "m"), DType.F32),
                left,
                right);
        double[] a = numbers(left);
        double[] c = numbers(right);
        double[] y = numbers(found);
        for (int n = 0; n < 6; n++) {
            for (int b = 0; b < 2; b++) {
                for (int m = 0; m < 3; m++) {
                    double sum = 0;
                    double size = 0;
                    for (int k = 0; k < 4; k++) {
                        for (int l = 0; l < 5; l++) {
                            double product = a[((b * 3 + m) * 4 + k) * 5 + l] * c[((l * 2 + b) * 6 + n) * 4 + k];
                            sum += product;
                            size += Math.abs(product);
                        }
                    }
                    assertEquals(sum, y[(n * 2 + b) * 3 + m], rounded(sum, size));
                }
            }
        }
        Tensor bytes = one(
                new Op.Contract(List.of("k"), List.of("k"), List.of(), DType.I32),
                of(DType.U8, 255, 255),
                of(DType.I8, -128, -128));
        assertNumbers(bytes, -65280);
        Tensor none = one(
                new Op.Contract(List.of("m", "k"), List.of("k"), List.of("m"), DType.F32),
                Tensor.of(new float[0], 2, 0),
                Tensor.of(new float[0], 0));
        assertNumbers(none, 0, 0);
    }
}
