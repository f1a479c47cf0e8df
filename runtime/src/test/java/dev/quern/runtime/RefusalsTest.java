package dev.quern.runtime;

import static dev.quern.runtime.HandMade.N;
import static dev.quern.runtime.HandMade.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RefusalsTest {
    private static final Program TWO_INPUTS = new HandMade("pair")
            .input(value("ids", DType.F32, Dim.of(2), N))
            .input(value("mask", DType.F32, N))
            .output(value("mask", DType.F32, N))
            .build();

    private static String refusal(CompiledModel model, ModelException.Code code, Map<String, Tensor> inputs) {
        ModelException refused = assertThrows(ModelException.class, () -> model.run(inputs));
        assertEquals(code, refused.code(), refused.getMessage());
        return refused.getMessage();
    }

    private static Tensor floats(long... shape) {
        return Tensor.of(new float[(int) Tensor.count(shape)], shape);
    }

    @Test
    void messagesSayWhatWasExpectedAndFound() {
        try (CompiledModel model = HandMade.model(TWO_INPUTS)) {
            ModelException.Code code = ModelException.Code.INVALID_INPUT;
            assertEquals(
                    "input 'mask': missing; expected [ids: f32[2, n], mask: f32[n]], found [ids]",
                    refusal(model, code, Map.of("ids", floats(2, 3))));
            assertEquals(
                    "inputs [more]: unknown; expected only [ids: f32[2, n], mask: f32[n]]; leave them out",
                    refusal(model, code, Map.of("ids", floats(2, 3), "mask", floats(3), "more", floats())));
            assertEquals(
                    "input 'mask': expected f32[n], found i64[3]; give elements of type f32",
                    refusal(model, code, Map.of("ids", floats(2, 3), "mask", Tensor.of(new long[3], 3))));
            assertEquals(
                    "input 'mask': expected f32[n], found f32[3, 1]; give a tensor of rank 1",
                    refusal(model, code, Map.of("ids", floats(2, 3), "mask", floats(3, 1))));
            assertEquals(
                    "input 'ids': expected f32[2, n], found f32[1, 3]; axis 0 must be 2",
                    refusal(model, code, Map.of("ids", floats(1, 3), "mask", floats(3))));
            assertEquals(
                    "input 'mask': expected f32[n], found f32[4]; axis 0 must be 3, because n is 3 by axis 1 of input 'ids'",
                    refusal(model, code, Map.of("ids", floats(2, 3), "mask", floats(4))));
        }
    }

    @Test
    void expressionsAreSolvedOrRefused() {
        Program program = new HandMade("even")
                .input(value("x", DType.F32, N.times(2).plus(1)))
                .output(value("x", DType.F32, N.times(2).plus(1)))
                .build();
        try (CompiledModel model = HandMade.model(program)) {
            assertEquals(5, model.run(Map.of("x", floats(5))).get("x").elements());
            assertEquals(
                    "input 'x': expected f32[2*n + 1], found f32[4]; the size of axis 0 does not determine 2*n + 1",
                    refusal(model, ModelException.Code.INVALID_INPUT, Map.of("x", floats(4))));
        }
    }

    @Test
    void maxMemoryRefusesWithTheNumber() {
        Options options = Options.builder().maxMemory(1000).build();
        try (CompiledModel model = HandMade.model(HandMade.chain(), options)) {
            assertEquals(83, model.run(Map.of("x", floats(83))).get("y").elements());
            String arenas = refusal(model, ModelException.Code.LIMIT, Map.of("x", floats(126)));
            assertEquals(
                    "working memory of chain: needs 1008 bytes of working memory, maxMemory is 1000; raise maxMemory or give"
                            + " smaller inputs",
                    arenas);
            String result = refusal(model, ModelException.Code.LIMIT, Map.of("x", floats(84)));
            assertTrue(result.startsWith("value 'y': needs 336 bytes of working memory beside the 672 in use"), result);
        }
    }

    @Test
    void hugeSizesAreRefusedByArithmetic() {
        Dim huge = N.times(1_000_000_000_000L);
        Program million = new HandMade("huge")
                .input(value("x", DType.F32, N))
                .slot("big", Dim.ZERO)
                .arena(DType.F32, huge)
                .kernel(HandMade.affine(huge, 1, 0), "big", "big")
                .output(value("x", DType.F32, N))
                .build();
        try (CompiledModel model = HandMade.model(million)) {
            assertEquals(
                    "value 'big' of huge: needs 1000000000000 elements of f32, at most 2147483639 can be held; give smaller"
                            + " inputs",
                    refusal(model, ModelException.Code.LIMIT, Map.of("x", floats(1))));
            String overflow = refusal(model, ModelException.Code.LIMIT, Map.of("x", floats(10_000_000)));
            assertTrue(overflow.contains("beyond 64 bits"), overflow);
        }
    }

    @Test
    void failedGuardsCompileForTheShapeOnce() {
        ShapeGuard guard = new ShapeGuard(N, ShapeGuard.Relation.EQUAL, Dim.of(4), "broadcast");
        Program general = new HandMade("guarded")
                .input(value("x", DType.F32, N))
                .guard(guard)
                .kernel(HandMade.affine(N, 1, 0), "x", "y")
                .result(value("y", DType.F32, N))
                .build();
        List<List<Long>> asked = new ArrayList<>();
        ProgramSource source = new ProgramSource() {
            @Override
            public List<DeclaredInput> inputs() {
                return List.of();
            }

            @Override
            public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
                return new Compilation(sizes.inputs().map(this::exact).orElse(general), Map.of());
            }

            private Program exact(List<List<Long>> shapes) {
                asked.addAll(shapes);
                long size = shapes.getFirst().getFirst();
                if (size == 6) {
                    throw new ModelException(ModelException.Code.INVALID_MODEL, "Add", "6 and 4 do not broadcast");
                }
                Dim extent = Dim.of(size);
                return new HandMade("exact")
                        .input(value("x", DType.F32, extent))
                        .kernel(HandMade.affine(extent, 10, 0), "x", "y")
                        .result(value("y", DType.F32, extent))
                        .build();
            }

            @Override
            public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
                throw new AssertionError("no body to specialise is expected");
            }

            @Override
            public void close() {}
        };
        try (CompiledModel model = HandMade.model(source, Options.defaults(), null)) {
            assertEquals(1, HandMade.run(model, "y", Map.of("x", Tensor.of(new float[] {1, 2, 3, 4}, 4)))[0]);
            for (int i = 0; i < 3; i++) {
                assertEquals(10, HandMade.run(model, "y", Map.of("x", Tensor.of(new float[] {1}, 1)))[0]);
            }
            assertEquals(2, model.compilations());
            assertEquals(List.of(1L), asked.getFirst());
            assertEquals(
                    "guarded: input shapes [[6]] do not fit the model: Add: 6 and 4 do not broadcast",
                    refusal(model, ModelException.Code.INVALID_INPUT, Map.of("x", floats(6))));
        }
    }

    @Test
    void indicesAreCheckedBeforeTheyAreUsed() {
        Program program = new HandMade("lookup")
                .input(value("ids", DType.I64, N))
                .step(new ProgramStep.CheckIndices(value("ids", DType.I64, N), List.of(Dim.of(10)), true, "Gather_3"))
                .output(value("ids", DType.I64, N))
                .build();
        try (CompiledModel model = HandMade.model(program)) {
            assertEquals(
                    2,
                    model.run(Map.of("ids", Tensor.of(new long[] {-10, 9}, 2)))
                            .get("ids")
                            .elements());
            for (long wrong : new long[] {-11, 10, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertEquals(
                        "Gather_3: index " + wrong
                                + " (element 1) is out of range, expected -10 to 9; give indices within the axis",
                        refusal(
                                model,
                                ModelException.Code.INVALID_INPUT,
                                Map.of("ids", Tensor.of(new long[] {0, wrong}, 2))));
            }
        }
    }

    @Test
    void settingsThatAreNullAreRefused() {
        for (Executable setting : List.<Executable>of(
                () -> Options.builder().cache(null),
                () -> Options.builder().timeLimit(null),
                () -> Options.builder().device(null).build())) {
            ModelException refused = assertThrows(ModelException.class, setting);
            assertEquals(ModelException.Code.INVALID_INPUT, refused.code());
            assertTrue(refused.getMessage().endsWith("expected a value, found null"), refused.getMessage());
        }
    }

    @Test
    void aClosedModelRefusesToRun() {
        CompiledModel model = HandMade.model(HandMade.chain());
        Tensor kept = model.run(Map.of("x", floats(2))).get("y");
        model.close();
        model.close();
        assertEquals(2, kept.toFloatArray().length, "results outlive the model");
        assertEquals(
                "chain: the model is closed; run it before close()",
                refusal(model, ModelException.Code.INVALID_INPUT, Map.of("x", floats(2))));
    }
}
