package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.host;
import static dev.quern.ir.interpret.Operations.longs;
import static dev.quern.ir.interpret.Operations.of;
import static dev.quern.ir.interpret.Operations.one;
import static dev.quern.ir.interpret.Operations.random;
import static dev.quern.ir.interpret.Operations.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MovementOperationsTest {
    private static List<Dim> dims(long... values) {
        return Arrays.stream(values).mapToObj(Dim::of).toList();
    }

    /** Every element of a random transpose is where its index says. */
    @Test
    void transposesOfAnyRank() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            int rank = random.nextInt(5);
            long[] shape = random.longs(rank, 0, 5).toArray();
            if (rank > 1 && seed % 2 == 0) {
                shape[random.nextInt(rank)] = 60 + random.nextInt(80);
                shape[random.nextInt(rank)] = 60 + random.nextInt(80);
            }
            List<Integer> permutation =
                    new ArrayList<>(IntStream.range(0, rank).boxed().toList());
            Collections.shuffle(permutation, random);
            Tensor x = random(random, shape);
            Tensor y = one(new Op.Transpose(permutation), x);
            double[] from = Operations.numbers(x);
            double[] to = Operations.numbers(y);
            long[] strides = Strides.rowMajor(shape);
            long[] outStrides = Strides.rowMajor(y.shape());
            for (int i = 0; i < to.length; i++) {
                long source = 0;
                for (int axis = 0; axis < rank; axis++) {
                    source += i / outStrides[axis] % y.shape()[axis] * strides[permutation.get(axis)];
                }
                assertEquals(from[(int) source], to[i], "seed " + seed);
            }
        }
    }

    @Test
    void oneElementFillsRunsOfEveryType() {
        for (DType type : List.of(DType.F64, DType.F32, DType.F16, DType.I8, DType.U4, DType.BOOL, DType.I64)) {
            for (int length : new int[] {1, 15, 16, 17, 100, 1000}) {
                Tensor y = one(
                        new Op.Broadcast(Shape.of(2, length)), of(type, 1, 0).reshape(2, 1));
                double[] expected = new double[2 * length];
                Arrays.fill(expected, 0, length, 1);
                assertNumbers(y, expected);
            }
        }
    }

    @Test
    void movesEveryType() {
        for (DType type : List.of(DType.F64, DType.F16, DType.I8, DType.U4, DType.I2, DType.BOOL, DType.F8E5M2)) {
            Tensor x = of(type, 0, 1, 1, 0, 1, 0).reshape(2, 3);
            assertNumbers(one(new Op.Transpose(List.of(1, 0)), x), 0, 0, 1, 1, 1, 0);
            assertNumbers(one(new Op.Concat(1), x, x), 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0);
        }
        Tensor words = Tensor.of(new String[] {"a", "b", "c", "d"}, 2, 2);
        assertEquals(
                List.of("a", "c", "b", "d"),
                one(new Op.Transpose(List.of(1, 0)), words).strings());
        Tensor complex = Tensor.of(MemorySegment.ofArray(new double[] {1, 2, 3, 4}), DType.C128, 2);
        Tensor reversed = one(new Op.Slice(dims(1), List.of(-1L), Shape.of(2)), complex);
        assertArrayEquals(new double[] {3, 4, 1, 2}, reversed.segment().toArray(ValueLayout.JAVA_DOUBLE));
    }

    @Test
    void slicesAndBroadcasts() {
        Tensor x = floats(0, 1, 2, 3, 4, 5).reshape(2, 3);
        assertNumbers(one(new Op.Slice(dims(1, 2), List.of(-1L, -2L), Shape.of(2, 2)), x), 5, 3, 2, 0);
        assertNumbers(one(new Op.Broadcast(Shape.of(2, 2, 3)), x), 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5);
        assertNumbers(one(new Op.Broadcast(Shape.of(2, 3)), floats(1, 2).reshape(2, 1)), 1, 1, 1, 2, 2, 2);
        assertNumbers(one(new Op.Broadcast(Shape.of(3)), Tensor.of(new float[] {7})), 7, 7, 7);
    }

    @Test
    void padsByEachMode() {
        Tensor x = floats(1, 2, 3);
        assertNumbers(one(new Op.Pad(Op.PadMode.EDGE, dims(2), dims(1)), x), 1, 1, 1, 2, 3, 3);
        assertNumbers(one(new Op.Pad(Op.PadMode.REFLECT, dims(2), dims(1)), x), 3, 2, 1, 2, 3, 2);
        assertNumbers(one(new Op.Pad(Op.PadMode.WRAP, dims(4), dims(1)), x), 3, 1, 2, 3, 1, 2, 3, 1);
        assertNumbers(
                one(new Op.Pad(Op.PadMode.CONSTANT, dims(1, 0), dims(0, 1)), x.reshape(1, 3), Tensor.of(new float[] {9
                })),
                9,
                9,
                9,
                9,
                1,
                2,
                3,
                9);
    }

    @Test
    void countsAndDimensions() {
        assertNumbers(one(new Op.Iota(DType.F16, Shape.of(2, 3), 1)), 0, 1, 2, 0, 1, 2);
        assertNumbers(one(new Op.DimValues(dims(4, 5), Shape.of(2))), 4, 5);
    }

    @Test
    void shapesComputedByTheModel() {
        Tensor x = floats(0, 1, 2, 3, 4, 5).reshape(2, 3);
        assertArrayEquals(
                new long[] {3, 2},
                host("ReshapeTo", Map.of(), x, longs(3, -1)).getFirst().shape());
        assertArrayEquals(
                new long[] {2, 3, 1},
                host("ReshapeTo", Map.of(), x, longs(0, -1, 1)).getFirst().shape());
        assertThrows(ModelException.class, () -> host("ReshapeTo", Map.of(), x, longs(4, -1)));
        assertNumbers(
                host("BroadcastTo", Map.of(), floats(1, 2).reshape(2, 1), longs(1, 2))
                        .getFirst(),
                1,
                1,
                2,
                2);
        assertNumbers(
                host(
                                "SliceBy",
                                Map.of(),
                                x,
                                longs(-1, 100),
                                longs(Long.MIN_VALUE, Long.MIN_VALUE),
                                longs(0, 1),
                                longs(-1, -2))
                        .getFirst(),
                5,
                3,
                2,
                0);
        assertNumbers(
                host("SliceBy", Map.of(), x, longs(1), longs(Long.MAX_VALUE), longs(-1))
                        .getFirst(),
                1,
                2,
                4,
                5);
        assertNumbers(
                host(
                                "PadBy",
                                Map.of("mode", new Attribute.Text("constant")),
                                floats(1, 2, 3),
                                longs(1, -1),
                                Tensor.of(new float[] {9}))
                        .getFirst(),
                9,
                1,
                2);
        assertNumbers(
                host("RangeBy", Map.of(), scalar(10), scalar(3), scalar(-3)).getFirst(), 10, 7, 4);
        assertNumbers(host("FillTo", Map.of(), longs(2, 1), floats(3)).getFirst(), 3, 3);
        assertNumbers(host("TileBy", Map.of(), floats(1, 2), longs(3)).getFirst(), 1, 2, 1, 2, 1, 2);
        List<Tensor> parts = host("SplitBy", Map.of("axis", new Attribute.Whole(-1)), x, longs(1, 2));
        assertNumbers(parts.get(0), 0, 3);
        assertNumbers(parts.get(1), 1, 2, 4, 5);
    }

    /** Nothing is allocated for a size that the budget does not allow. */
    @Test
    void hostileSizesAreRefused() {
        for (Runnable huge : List.<Runnable>of(
                () -> host("FillTo", Map.of(), longs(1L << 40)),
                () -> host("FillTo", Map.of(), longs(1L << 40, 1L << 40)),
                () -> host("TileBy", Map.of(), floats(1, 2), longs(Long.MAX_VALUE)),
                () -> host("RangeBy", Map.of(), scalar(Long.MIN_VALUE), scalar(Long.MAX_VALUE), scalar(1)),
                () -> host("BroadcastTo", Map.of(), floats(1), longs(1L << 31)),
                () -> host("PadBy", Map.of(), floats(1), longs(1L << 31, 0)),
                () -> host("OneHotTo", Map.of(), longs(1), scalar(1L << 40), floats(0, 1)))) {
            assertEquals(
                    ModelException.Code.LIMIT,
                    assertThrows(ModelException.class, huge::run).code());
        }
    }
}
