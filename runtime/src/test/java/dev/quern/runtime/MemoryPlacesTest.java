package dev.quern.runtime;

import static dev.quern.runtime.HandMade.N;
import static dev.quern.runtime.HandMade.affine;
import static dev.quern.runtime.HandMade.affineOf;
import static dev.quern.runtime.HandMade.ramp;
import static dev.quern.runtime.HandMade.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryPlacesTest {
    @Test
    void oneCompilationServesEverySize() {
        try (CompiledModel model = HandMade.model(HandMade.chain())) {
            for (int size : new int[] {7, 100, 1, 0, 7}) {
                float[] x = ramp(size);
                assertArrayEquals(affineOf(x, 4, 2), HandMade.run(model, "y", Map.of("x", Tensor.of(x, size))));
            }
            assertEquals(1, model.compilations());
            assertEquals(2, model.executables().size(), "the first and third kernel are one");
            assertEquals("8*n", model.arenaBytes().get(DType.F32).toString());
            assertEquals(800, model.arenaBytes(Map.of("n", 100L)));
        }
    }

    @Test
    void inputsAreReadWhereverTheyAre() {
        float[] x = ramp(10);
        float[] expected = affineOf(Arrays.copyOfRange(x, 3, 8), 4, 2);
        try (CompiledModel model = HandMade.model(HandMade.chain());
                Arena arena = Arena.ofConfined()) {
            MemorySegment slice = MemorySegment.ofArray(x).asSlice(12, 20);
            MemorySegment outside = arena.allocate(21).asSlice(1).copyFrom(slice);
            MemorySegment bytes = MemorySegment.ofArray(new byte[20]).copyFrom(slice);
            for (MemorySegment place : List.of(slice, outside, bytes)) {
                Tensor tensor = Tensor.of(place, DType.F32, 5);
                assertArrayEquals(expected, HandMade.run(model, "y", Map.of("x", tensor)));
            }
        }
    }

    @Test
    void resultsShareNoMemoryWithTheModelOrTheInputs() {
        float[] weights = {1, 2, 3};
        Value w = value("w", DType.F32, Dim.of(3));
        Program program = new HandMade("identity")
                .input(value("x", DType.F32, N))
                .constant("w", data(weights, Optional.empty(), Buffer.Storage.ARRAY, 3))
                .output(value("x", DType.F32, N))
                .output(w)
                .build();
        float[] x = ramp(4);
        try (CompiledModel model = HandMade.model(program)) {
            Map<String, Tensor> out = model.run(Map.of("x", Tensor.of(x, 4)));
            assertArrayEquals(x, out.get("x").toFloatArray());
            assertArrayEquals(weights, out.get("w").toFloatArray());
            assertNotSame(x, out.get("x").heapBase().orElseThrow());
            assertNotSame(weights, out.get("w").heapBase().orElseThrow());
        }
    }

    private static ConstantData data(
            float[] elements, Optional<ConstantData.Packing> packing, Buffer.Storage storage, long... shape) {
        return new ConstantData(new Literal(Tensor.of(elements, shape)), packing, storage);
    }

    @Test
    void constantsLieInArraysOrSegmentsPackedOrNot() {
        float[] weights = {1, 2, 3, 4, 5, 6};
        ConstantData.Packing reversed =
                new ConstantData.Packing(List.of(6L), List.of(-1L), 5, Layout.rowMajor(Shape.of(6)));
        Dim six = Dim.of(6);
        for (Buffer.Storage storage : Buffer.Storage.values()) {
            for (boolean packed : new boolean[] {false, true}) {
                Program program = new HandMade("weights")
                        .input(value("x", DType.F32, six))
                        .constant("w", data(weights, packed ? Optional.of(reversed) : Optional.empty(), storage, 6))
                        .kernel(HandMade.add(six, storage), "x", "w", "y")
                        .result(value("y", DType.F32, six))
                        .build();
                try (CompiledModel model = HandMade.model(program)) {
                    float[] y = HandMade.run(model, "y", Map.of("x", Tensor.of(new float[6], 6)));
                    assertArrayEquals(packed ? new float[] {6, 5, 4, 3, 2, 1} : weights, y);
                    boolean copied = packed || storage == Buffer.Storage.SEGMENT;
                    assertEquals(copied ? 24 : 0, model.constantBytes());
                }
            }
        }
    }

    @Test
    void partsOfAResultAreWrittenInPlace() {
        Program program = new HandMade("joined")
                .input(value("x", DType.F32, N))
                .place("left", new MemoryPlan.Within("y", Dim.ZERO, Layout.rowMajor(Shape.of(N))))
                .place("right", new MemoryPlan.Within("y", N, Layout.rowMajor(Shape.of(N))))
                .kernel(affine(N, 2, 0), "x", "left")
                .kernel(affine(N, 3, 0), "x", "right")
                .result(value("y", DType.F32, N.times(2)))
                .build();
        try (CompiledModel model = HandMade.model(program)) {
            float[] y = HandMade.run(model, "y", Map.of("x", Tensor.of(new float[] {1, 2}, 2)));
            assertArrayEquals(new float[] {2, 4, 3, 6}, y);
        }
    }

    /** Keeps the positive elements of its operand. */
    private static List<Tensor> positive(Node node, List<Tensor> operands, Map<String, Long> symbols, Budget budget) {
        List<Float> kept = new ArrayList<>();
        for (float element : operands.getFirst().toFloatArray()) {
            if (element > 0) {
                kept.add(element);
            }
        }
        float[] result = new float[kept.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = kept.get(i);
        }
        return List.of(Tensor.of(result, result.length));
    }

    @Test
    void sizesFoundOutDuringTheRunAreBoundThen() {
        Dim k = Dim.symbol("k");
        Value a = value("a", DType.F32, N);
        Value kept = value("kept", DType.F32, k);
        Node node = new Node(new Op.Host("Positive", Map.of()), List.of(a), List.of(kept), "filter");
        Program program = new HandMade("filtered")
                .input(value("x", DType.F32, N))
                .slot("a", Dim.ZERO)
                .arena(DType.F32, N)
                .kernel(affine(N, 1, 0), "x", "a")
                .host(node)
                .place("kept", new MemoryPlan.Late())
                .place("doubled", new MemoryPlan.Late())
                .kernel(affine(k, 2, 0), "kept", "doubled")
                .kernel(affine(k, 1, 1), "doubled", "y")
                .result(value("y", DType.F32, k))
                .build();
        try (CompiledModel model = HandMade.model(program, MemoryPlacesTest::positive)) {
            Tensor x = Tensor.of(new float[] {-1, 2, 0, 3}, 4);
            assertArrayEquals(new float[] {5, 7}, HandMade.run(model, "y", Map.of("x", x)));
            Tensor none = Tensor.of(new float[] {-1, -2}, 2);
            assertEquals(0, model.run(Map.of("x", none)).get("y").elements());
        }
    }

    /** The third step reads what the first wrote over; with a size that only a step tells, nobody sees that beforehand. */
    private static HandMade overlapping() {
        return new HandMade("overlapping")
                .input(value("x", DType.F32, N))
                .slot("a", Dim.ZERO)
                .slot("b", N)
                .slot("c", Dim.ZERO)
                .arena(DType.F32, N.times(2))
                .kernel(affine(N, 1, 0), "x", "a")
                .kernel(affine(N, 1, 0), "a", "b")
                .kernel(affine(N, 1, 0), "c", "y")
                .result(value("y", DType.F32, N));
    }

    @Test
    void aPlanThatMixesValuesUpIsRefusedBeforeItRuns() {
        try (CompiledModel model = HandMade.model(overlapping().build())) {
            ModelException fault =
                    assertThrows(ModelException.class, () -> model.run(Map.of("x", Tensor.of(ramp(4), 4))));
            assertTrue(fault.getMessage().contains("expected c, found a at 0"), fault.getMessage());
        }
    }

    @Test
    void readingADeadValueGivesNaNUnderPoison() {
        Value late = value("late", DType.I64, Dim.symbol("found"));
        Program wrong = overlapping()
                .place("late", new MemoryPlan.Late())
                .host(new Node(new Op.Host("Find", Map.of()), List.of(value("x", DType.F32, N)), List.of(late), "find"))
                .build();
        HostEvaluator host = (node, operands, symbols, budget) -> List.of(Tensor.of(new long[] {1, 2}, 2));
        Tensor x = Tensor.of(ramp(4), 4);
        Options plain = Options.builder().threads(2).build();
        try (CompiledModel model = HandMade.model(HandMade.source(wrong), plain, host)) {
            assertArrayEquals(ramp(4), HandMade.run(model, "y", Map.of("x", x)), "memory as it happened to be left");
        }
        Options poison = Options.builder().poison(true).build();
        try (CompiledModel poisoned = HandMade.model(wrong, host);
                CompiledModel right = HandMade.model(HandMade.chain(), poison)) {
            float[] y = HandMade.run(poisoned, "y", Map.of("x", x));
            for (float element : y) {
                assertTrue(Float.isNaN(element), Arrays.toString(y));
            }
            assertArrayEquals(affineOf(ramp(4), 4, 2), HandMade.run(right, "y", Map.of("x", x)));
        }
    }
}
