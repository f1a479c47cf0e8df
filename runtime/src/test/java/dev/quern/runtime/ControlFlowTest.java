package dev.quern.runtime;

import static dev.quern.runtime.HandMade.N;
import static dev.quern.runtime.HandMade.affine;
import static dev.quern.runtime.HandMade.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlFlowTest {
    /** A body that nothing reads but the number of its inputs and outputs: the program has one of its own. */
    private static Graph unread(int inputs, int outputs) {
        Value value = value("unread", DType.F32, N);
        return new Graph(
                "body", Collections.nCopies(inputs, value), Collections.nCopies(outputs, value), List.of(), List.of());
    }

    private static Tensor floats(float... elements) {
        return Tensor.of(elements, elements.length);
    }

    private static Program scaling(String name, float scale) {
        return new HandMade(name)
                .input(value("c", DType.F32, N))
                .kernel(affine(N, scale, 0), "c", "r")
                .result(value("r", DType.F32, N))
                .build();
    }

    @Test
    void ifRunsOneBranchOnWhatItCaptures() {
        Value condition = value("condition", DType.BOOL);
        Value a = value("a", DType.F32, N);
        Value y = value("y", DType.F32, N);
        Node node = new Node(new Op.If(unread(0, 1), unread(0, 1)), List.of(condition, a), List.of(y), "If_1");
        Program program = new HandMade("choice")
                .input(condition)
                .input(value("x", DType.F32, N))
                .slot("a", Dim.ZERO)
                .arena(DType.F32, N)
                .kernel(affine(N, 1, 1), "x", "a")
                .step(new ProgramStep.RunControl(node, List.of(scaling("then", 10), scaling("else", -1))))
                .result(y)
                .build();
        try (CompiledModel model =
                HandMade.model(program, Options.builder().poison(true).build())) {
            Tensor x = floats(1, 2);
            for (int i = 0; i < 3; i++) {
                Tensor yes = Tensor.of(new boolean[] {true});
                assertArrayEquals(new float[] {20, 30}, HandMade.run(model, "y", Map.of("condition", yes, "x", x)));
                Tensor no = Tensor.of(new boolean[] {false});
                assertArrayEquals(new float[] {-2, -3}, HandMade.run(model, "y", Map.of("condition", no, "x", x)));
            }
        }
    }

    private static final Value TRIPS = value("trips", DType.I64);
    private static final Value GO = value("go", DType.BOOL);

    /** {@code carried = 2*carried + captured} each time, giving each {@code carried} out. */
    private static Program doubling() {
        Value go = value("go", DType.BOOL);
        Program body = new HandMade("body")
                .input(value("i", DType.I64))
                .input(go)
                .input(value("c", DType.F32, N))
                .input(value("k", DType.F32, N))
                .slot("t", Dim.ZERO)
                .arena(DType.F32, N)
                .output(go)
                .kernel(affine(N, 2, 0), "c", "t")
                .kernel(HandMade.add(N, Buffer.Storage.ARRAY), "t", "k", "next")
                .result(value("next", DType.F32, N))
                .kernel(affine(N, 1, 0), "next", "out")
                .result(value("out", DType.F32, N))
                .build();
        Value start = value("start", DType.F32, N);
        Value k = value("k", DType.F32, N);
        Value last = value("last", DType.F32, N);
        Value all = value("all", DType.F32, Dim.symbol("steps"), N);
        Node node = new Node(new Op.Loop(unread(4, 3), 1), List.of(TRIPS, GO, start, k), List.of(last, all), "Loop_7");
        return new HandMade("loop")
                .input(TRIPS)
                .input(GO)
                .input(start)
                .input(k)
                .step(new ProgramStep.RunControl(node, List.of(body)))
                .result(last)
                .place("all", new MemoryPlan.Late())
                .output(all)
                .build();
    }

    private static Map<String, Tensor> loopInputs(long trips, boolean go) {
        return Map.of(
                "trips", Tensor.of(new long[] {trips}),
                "go", Tensor.of(new boolean[] {go}),
                "start", floats(1, 0),
                "k", floats(0, 1));
    }

    @Test
    void loopCarriesAndStacks() {
        try (CompiledModel model =
                HandMade.model(doubling(), Options.builder().poison(true).build())) {
            Map<String, Tensor> three = model.run(loopInputs(3, true));
            assertArrayEquals(new float[] {8, 7}, three.get("last").toFloatArray());
            assertArrayEquals(new long[] {3, 2}, three.get("all").shape());
            assertArrayEquals(new float[] {2, 1, 4, 3, 8, 7}, three.get("all").toFloatArray());
            for (Map<String, Tensor> inputs : List.of(loopInputs(0, true), loopInputs(3, false))) {
                Map<String, Tensor> none = model.run(inputs);
                assertArrayEquals(new float[] {1, 0}, none.get("last").toFloatArray());
                assertArrayEquals(new long[] {0, 2}, none.get("all").shape());
            }
        }
    }

    /** Arrays of values that are as large begin on cache lines, and are handed on as they are. */
    @Test
    void aLoopCarriesValuesWithArraysOfTheirOwn() {
        ArrayAlignment alignment = ArrayAlignment.ofThisJvm();
        int size = alignment.isKnown() ? (int) Math.min(alignment.leastBytes(), 1 << 20) / Float.BYTES + 3 : 3;
        float[] ones = new float[size];
        Arrays.fill(ones, 1);
        try (CompiledModel model =
                HandMade.model(doubling(), Options.builder().poison(true).build())) {
            Map<String, Tensor> inputs = new HashMap<>(loopInputs(3, true));
            inputs.put("start", Tensor.of(ones, size));
            inputs.put("k", Tensor.of(ones, size));
            Tensor last = model.run(inputs).get("last");
            float[] expected = new float[size];
            Arrays.fill(expected, 15);
            assertArrayEquals(expected, last.toFloatArray());
            if (alignment.isKnown() && alignment.leastBytes() <= 1 << 20) {
                assertEquals(alignment.firstElement(ArrayKind.FLOAT), ArrayMemory.firstElement(last));
            }
        }
    }

    @Test
    void aLoopWithoutEndMeetsTheMemoryLimit() {
        Options options = Options.builder().maxMemory(20_000).build();
        try (CompiledModel model = HandMade.model(doubling(), options)) {
            ModelException refused =
                    assertThrows(ModelException.class, () -> model.run(loopInputs(Long.MAX_VALUE, true)));
            assertEquals(ModelException.Code.LIMIT, refused.code());
        }
    }

    @Test
    void scanTakesSlicesAndStacksThemAlongAnyAxis() {
        Value total = value("total", DType.F32, N);
        Program body = new HandMade("body")
                .input(value("s", DType.F32, N))
                .input(value("e", DType.F32, N))
                .kernel(HandMade.add(N, Buffer.Storage.ARRAY), "s", "e", "sum")
                .result(value("sum", DType.F32, N))
                .kernel(affine(N, 1, 0), "sum", "out")
                .result(value("out", DType.F32, N))
                .build();
        Dim t = Dim.symbol("t");
        for (boolean reversed : new boolean[] {false, true}) {
            Op.Scan scan = new Op.Scan(unread(2, 2), 1, List.of(1), List.of(reversed), List.of(1), List.of(reversed));
            Value zero = value("zero", DType.F32, N);
            Value x = value("x", DType.F32, N, t);
            Value sums = value("sums", DType.F32, N, t);
            Program program = new HandMade("scan")
                    .input(zero)
                    .input(x)
                    .step(new ProgramStep.RunControl(
                            new Node(scan, List.of(zero, x), List.of(total, sums), "Scan_2"), List.of(body)))
                    .result(total)
                    .result(sums)
                    .build();
            try (CompiledModel model = HandMade.model(program)) {
                Tensor rows = Tensor.of(new float[] {1, 2, 3, 10, 20, 30}, 2, 3);
                Map<String, Tensor> out = model.run(Map.of("zero", floats(0, 0), "x", rows));
                assertArrayEquals(new float[] {6, 60}, out.get("total").toFloatArray());
                float[] expected = reversed ? new float[] {6, 5, 3, 60, 50, 30} : new float[] {1, 3, 6, 10, 30, 60};
                assertArrayEquals(expected, out.get("sums").toFloatArray());
            }
        }
    }
}
