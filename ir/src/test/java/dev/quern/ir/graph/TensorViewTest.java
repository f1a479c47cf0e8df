package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Chains of transposes and reshapes against the reference interpreter. */
class TensorViewTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.BF16, DType.I8, DType.C64);

    private static Tensor evaluate(Op op, Tensor operand) {
        Value input = new Value("x", TypeInference.typeOf(new Literal(operand)));
        Value output =
                new Value("y", TypeInference.infer(op, List.of(input.type())).getFirst());
        return new GraphInterpreter()
                .evaluate(new Node(op, List.of(input), List.of(output), "test"), List.of(operand), new DimBindings())
                .getFirst();
    }

    private static Tensor tensor(Random random, DType dtype, long... shape) {
        byte[] bytes = new byte[(int) dtype.byteSize(Tensor.count(shape))];
        random.nextBytes(bytes);
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }

    /** A shape of as many elements, some axes cut in two, some joined, some of one element added. */
    private static long[] reshaped(Random random, long[] shape) {
        List<Long> to = new ArrayList<>();
        for (long extent : shape) {
            if (!to.isEmpty() && random.nextInt(3) == 0) {
                to.add(to.removeLast() * extent);
            } else if (extent % 2 == 0 && random.nextInt(3) == 0) {
                to.add(extent / 2);
                to.add(2L);
            } else {
                to.add(extent);
            }
            if (random.nextInt(5) == 0) {
                to.add(1L);
            }
        }
        return to.stream().mapToLong(Long::longValue).toArray();
    }

    @Test
    void chainsOfTransposesAndReshapes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int views = 0;
        int refused = 0;
        for (int round = 0; round < 1_000; round++) {
            String message = "seed " + seed + ", round " + round;
            DType dtype = TYPES.get(random.nextInt(TYPES.size()));
            Tensor expected =
                    tensor(random, dtype, random.longs(random.nextInt(5), 1, 7).toArray());
            Literal found = new Literal(expected);
            for (int step = random.nextInt(4); step >= 0; step--) {
                if (random.nextBoolean()) {
                    List<Integer> permutation = new ArrayList<>();
                    for (int axis = 0; axis < expected.rank(); axis++) {
                        permutation.add(axis);
                    }
                    Collections.shuffle(permutation, random);
                    expected = evaluate(new Op.Transpose(permutation), expected);
                    found = found.transposed(permutation).orElseThrow();
                } else {
                    long[] shape = reshaped(random, expected.shape());
                    Optional<Literal> next = found.reshaped(shape);
                    if (next.isEmpty()) {
                        refused++;
                        continue;
                    }
                    expected = evaluate(
                            new Op.Reshape(new Shape(
                                    Arrays.stream(shape).mapToObj(Dim::of).toList())),
                            expected);
                    found = next.get();
                }
            }
            views += found.view().isPresent() ? 1 : 0;
            assertArrayEquals(expected.shape(), found.shape(), message);
            assertEquals(new Literal(expected).hashCode(), found.hashCode(), message);
            assertEquals(new Literal(expected), found, message);
            assertArrayEquals(expected.toByteArray(), found.tensor().toByteArray(), message);
        }
        assertTrue(views > 100 && refused > 20, views + " views, " + refused + " reshapes that no view shows");
    }

    @Test
    void whatIsTurnedBackIsWhatItWas() {
        Tensor matrix = tensor(new Random(1), DType.F32, 3, 5);
        Literal turned = new Literal(matrix).transposed(List.of(1, 0)).orElseThrow();
        assertTrue(turned.view().isPresent());
        assertNotEquals(new Literal(matrix), turned);
        Literal back = turned.transposed(List.of(1, 0)).orElseThrow();
        assertTrue(back.view().isEmpty());
        assertEquals(new Literal(matrix), back);
        assertSame(turned.tensor(), turned.tensor());
    }

    @Test
    void whatIsNotInsideIsRefused() {
        Tensor six = tensor(new Random(1), DType.F32, 6);
        for (List<List<Long>> wrong : List.of(
                List.of(List.of(2L, 3L), List.of(4L, 1L)),
                List.of(List.of(2L, 3L), List.of(-1L, 1L)),
                List.of(List.of(2L, 2L), List.of(2L, 1L)),
                List.of(List.of(6L), List.of(Long.MAX_VALUE)),
                List.of(List.of(6L, 0L), List.of(1L, 1L)),
                List.of(List.of(6L), List.of(1L, 1L)))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new TensorView(six, wrong.getFirst(), wrong.getLast()),
                    wrong.toString());
        }
        assertTrue(new Literal(Tensor.of(new String[] {"a", "b"}, 1, 2))
                .transposed(List.of(1, 0))
                .isEmpty());
    }
}
