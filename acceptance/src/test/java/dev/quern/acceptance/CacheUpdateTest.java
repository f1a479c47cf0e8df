package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.StepListener;
import dev.quern.runtime.StepRun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Caches that are given to the model are written where they lie. */
class CacheUpdateTest {
    private static final int BATCH = 2;
    private static final int HEADS = 3;
    private static final int TIME = 1024;
    private static final int DEPTH = 16;
    private static final int STEPS = 1000;
    private static final int ROW = BATCH * HEADS * DEPTH;

    /** Adds up what the kernels of runs read and write. */
    private static final class Moved implements StepListener {
        private double bytes;
        private int kernels;

        @Override
        public void done(StepRun step) {
            step.kernel().ifPresent(run -> {
                bytes += KernelCost.of(((ProgramStep.RunKernel) step.step()).kernel(), run.symbols())
                        .bytes();
                kernels++;
            });
        }
    }

    private static OnnxBuilder append() {
        return new OnnxBuilder()
                .opset(24)
                .input("past", DType.F32, BATCH, HEADS, "time", DEPTH)
                .input("row", DType.F32, BATCH, HEADS, 1, DEPTH)
                .input("at", DType.I64, BATCH)
                .node("TensorScatter", List.of("past", "row", "at"), List.of("present"))
                .output("present", DType.F32, BATCH, HEADS, "time", DEPTH);
    }

    private static CompiledModel load(OnnxBuilder model, int threads) {
        Options options = Options.builder().threads(threads).poison(true).build();
        return (CompiledModel) Model.load(model.build(), options);
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static void write(float[] cache, float[] row, int at) {
        for (int outer = 0; outer < BATCH * HEADS; outer++) {
            System.arraycopy(row, outer * DEPTH, cache, (outer * TIME + at) * DEPTH, DEPTH);
        }
    }

    private static Tensor cache() {
        return Tensor.of(new float[BATCH * HEADS * TIME * DEPTH], BATCH, HEADS, TIME, DEPTH);
    }

    private static Tensor at(long position) {
        return Tensor.of(new long[] {position, position}, BATCH);
    }

    private static Tensor row(float[] values) {
        return Tensor.of(values, BATCH, HEADS, 1, DEPTH);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void thousandStepsMoveTheirRowsAlone(int threads) {
        Random random = new Random(1);
        float[] expected = new float[BATCH * HEADS * TIME * DEPTH];
        Moved moved = new Moved();
        try (CompiledModel model = load(append(), threads)) {
            Tensor cache = cache();
            Object memory = cache.heapBase().orElseThrow();
            for (int step = 0; step < STEPS; step++) {
                float[] row = random(random, ROW);
                write(expected, row, step);
                Tensor past = cache;
                cache = model.run(Map.of("past", past, "row", row(row), "at", at(step)), Set.of("past"), moved)
                        .get("present");
                assertSame(memory, cache.heapBase().orElseThrow(), "step " + step);
                assertTrue(past.isGiven());
            }
            assertArrayEquals(expected, cache.toFloatArray());
        }
        assertEquals(STEPS, moved.kernels);
        long each = 2L * ROW * Float.BYTES + (long) BATCH * Long.BYTES;
        assertTrue(moved.bytes <= (double) STEPS * each, moved.bytes + " bytes, expected " + each + " a step");
    }

    /** A copy, which is left out where the cache is given away, a kernel over the rows that are written, and an output that lies where the input does. */
    @Test
    void isACopyOnRequestAndAKernelOverItsRows() {
        StringBuilder text = new StringBuilder();
        try (CompiledModel model = load(append(), 1)) {
            for (ProgramStep step : model.program().steps()) {
                text.append(
                        step instanceof ProgramStep.RunKernel kernel
                                ? KernelPrinter.print(kernel.kernel())
                                        .replace(kernel.kernel().name(), "append")
                                : "// " + step + "\n");
            }
            new TreeMap<>(model.program().memory().places())
                    .forEach((name, place) -> text.append("// " + name + ": " + place + "\n"));
        }
        GoldenFile.check("cache_append", text.toString());
    }

    @Test
    void whatIsOnlyLentIsCopied() {
        Moved moved = new Moved();
        try (CompiledModel model = load(append(), 1)) {
            Tensor past = cache();
            float[] row = random(new Random(2), ROW);
            Tensor present = model.run(Map.of("past", past, "row", row(row), "at", at(5)), moved)
                    .get("present");
            assertNotSame(past.heapBase().orElseThrow(), present.heapBase().orElseThrow());
            assertArrayEquals(new float[BATCH * HEADS * TIME * DEPTH], past.toFloatArray());
            assertEquals(2, moved.kernels);
        }
    }

    /** One step of decoding: the new row is written, and the query attends to all rows up to it. */
    private static OnnxBuilder decoder() {
        return new OnnxBuilder()
                .opset(24)
                .input("past_k", DType.F32, BATCH, HEADS, TIME, DEPTH)
                .input("past_v", DType.F32, BATCH, HEADS, TIME, DEPTH)
                .input("q", DType.F32, BATCH, HEADS, 1, DEPTH)
                .input("k", DType.F32, BATCH, HEADS, 1, DEPTH)
                .input("v", DType.F32, BATCH, HEADS, 1, DEPTH)
                .input("at", DType.I64, BATCH)
                .input("mask", DType.F32, TIME)
                .node("TensorScatter", List.of("past_k", "k", "at"), List.of("present_k"))
                .node("TensorScatter", List.of("past_v", "v", "at"), List.of("present_v"))
                .node(
                        "Transpose",
                        List.of("present_k"),
                        List.of("kt"),
                        Map.of("perm", OnnxAttribute.ofInts(0, 1, 3, 2)))
                .node("MatMul", List.of("q", "kt"), List.of("scores"))
                .node("Add", List.of("scores", "mask"), List.of("masked"))
                .node("Softmax", List.of("masked"), List.of("weights"), Map.of("axis", OnnxAttribute.of(-1)))
                .node("MatMul", List.of("weights", "present_v"), List.of("y"))
                .output("y", DType.F32, BATCH, HEADS, 1, DEPTH)
                .output("present_k", DType.F32, BATCH, HEADS, TIME, DEPTH)
                .output("present_v", DType.F32, BATCH, HEADS, TIME, DEPTH);
    }

    @Test
    void decodingReadsWhatWasWritten() {
        Random random = new Random(3);
        float[] keys = new float[BATCH * HEADS * TIME * DEPTH];
        float[] values = new float[BATCH * HEADS * TIME * DEPTH];
        float[] mask = new float[TIME];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        try (CompiledModel model = load(decoder(), 2)) {
            Tensor k = cache();
            Tensor v = cache();
            Object memory = k.heapBase().orElseThrow();
            for (int step = 0; step < 100; step++) {
                float[] q = random(random, ROW);
                float[] newKey = random(random, ROW);
                float[] newValue = random(random, ROW);
                mask[step] = 0;
                write(keys, newKey, step);
                write(values, newValue, step);
                Map<String, Tensor> inputs = Map.of(
                        "past_k", k,
                        "past_v", v,
                        "q", row(q),
                        "k", row(newKey),
                        "v", row(newValue),
                        "at", at(step),
                        "mask", Tensor.of(mask, TIME));
                Map<String, Tensor> outputs = model.run(inputs, Set.of("past_k", "past_v"));
                assertArrayEquals(
                        attended(q, keys, values, step + 1), outputs.get("y").toFloatArray(), 1e-5f);
                k = outputs.get("present_k");
                v = outputs.get("present_v");
                assertSame(memory, k.heapBase().orElseThrow());
            }
            assertArrayEquals(keys, k.toFloatArray());
            assertArrayEquals(values, v.toFloatArray());
        }
    }

    private static float[] attended(float[] q, float[] keys, float[] values, int length) {
        float[] result = new float[ROW];
        for (int outer = 0; outer < BATCH * HEADS; outer++) {
            double[] weights = new double[length];
            double sum = 0;
            for (int t = 0; t < length; t++) {
                double score = 0;
                for (int d = 0; d < DEPTH; d++) {
                    score += (double) q[outer * DEPTH + d] * keys[(outer * TIME + t) * DEPTH + d];
                }
                weights[t] = Math.exp(score);
                sum += weights[t];
            }
            for (int d = 0; d < DEPTH; d++) {
                double mean = 0;
                for (int t = 0; t < length; t++) {
                    mean += weights[t] / sum * values[(outer * TIME + t) * DEPTH + d];
                }
                result[outer * DEPTH + d] = (float) mean;
            }
        }
        return result;
    }

    @Test
    void whatWasGivenCannotBeUsed() {
        try (CompiledModel model = load(append(), 1)) {
            Tensor past = cache();
            Tensor view = past.reshape(BATCH * HEADS, TIME, DEPTH);
            Map<String, Tensor> inputs = Map.of("past", past, "row", row(new float[ROW]), "at", at(0));
            model.run(inputs, Set.of("past"));
            for (Tensor gone : List.of(past, view)) {
                assertTrue(gone.isGiven());
                assertRefused("was given to a run", gone::toFloatArray);
                assertRefused("was given to a run", gone::segment);
                assertRefused("was given to a run", gone::heapBase);
            }
            assertRefused("input 'past': the tensor was given to a run", () -> model.run(inputs));
            assertRefused("input 'past': the tensor was given to a run", () -> model.run(inputs, Set.of("past")));
        }
    }

    @Test
    void whatDoesNotFitIsNotTaken() {
        try (CompiledModel model = load(append(), 1)) {
            Tensor past = cache();
            Tensor row = row(new float[ROW]);
            assertRefused(
                    "given input 'cache': no tensor of this name; expected some of [at, past, row]",
                    () -> model.run(Map.of("past", past, "row", row, "at", at(0)), Set.of("cache")));
            assertRefused(
                    "input",
                    () -> model.run(
                            Map.of("past", past, "row", Tensor.of(new float[3], 1, 1, 1, 3), "at", at(0)),
                            Set.of("past")));
            assertTrue(!past.isGiven());
            assertRefused(
                    "index 1024 (element 0) is out of range, expected 0 to 1023",
                    () -> model.run(Map.of("past", past, "row", row, "at", at(TIME)), Set.of("past")));
            assertTrue(past.isGiven(), "the run had begun");
        }
    }

    @Test
    void whatIsGivenIsReadByNothingElse() {
        try (CompiledModel model = load(append(), 1)) {
            float[] memory = new float[BATCH * HEADS * DEPTH];
            Tensor past = Tensor.of(memory, BATCH, HEADS, 1, DEPTH);
            for (Tensor row : List.of(past, row(memory))) {
                assertRefused(
                        "shares memory with input 'row'",
                        () -> model.run(Map.of("past", past, "row", row, "at", at(0)), Set.of("past")));
            }
            past.possession().hold("");
            assertRefused(
                    "a run reads this tensor",
                    () -> model.run(Map.of("past", past, "row", row(new float[ROW]), "at", at(0)), Set.of("past")));
            past.possession().release();
            model.run(Map.of("past", past, "row", row(new float[ROW]), "at", at(0)), Set.of("past"));
        }
    }

    @Test
    void segmentsAreTakenToo() {
        try (Arena arena = Arena.ofShared();
                CompiledModel model = load(append(), 1)) {
            MemorySegment segment = arena.allocate(ValueLayout.JAVA_FLOAT, (long) BATCH * HEADS * TIME * DEPTH);
            float[] expected = new float[BATCH * HEADS * TIME * DEPTH];
            float[] row = random(new Random(4), ROW);
            write(expected, row, 7);
            Tensor past = Tensor.of(segment, DType.F32, BATCH, HEADS, TIME, DEPTH);
            Moved moved = new Moved();
            Tensor present = model.run(Map.of("past", past, "row", row(row), "at", at(7)), Set.of("past"), moved)
                    .get("present");
            assertArrayEquals(expected, present.toFloatArray());
            assertTrue(past.isGiven());
            assertEquals(1, moved.kernels);
        }
    }

    @Test
    void anElementwiseModelWorksInWhatItIsGiven() {
        OnnxBuilder builder = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .node("Neg", List.of("x"), List.of("a"))
                .node("Exp", List.of("a"), List.of("y"))
                .output("y", DType.F32, "n");
        try (CompiledModel model = load(builder, 1)) {
            Tensor x = Tensor.of(new float[] {0, 0, 0}, 3);
            Object memory = x.heapBase().orElseThrow();
            Tensor y = model.run(Map.of("x", x), Set.of("x")).get("y");
            assertSame(memory, y.heapBase().orElseThrow());
            assertArrayEquals(new float[] {1, 1, 1}, y.toFloatArray());
        }
    }

    @Test
    void anInputThatIsAnOutputTooStaysAsItIs() {
        OnnxBuilder builder = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .node("Neg", List.of("x"), List.of("y"))
                .output("y", DType.F32, "n")
                .output("x", DType.F32, "n");
        try (CompiledModel model = load(builder, 1)) {
            Map<String, Tensor> outputs = model.run(Map.of("x", Tensor.of(new float[] {1, 2}, 2)), Set.of("x"));
            assertArrayEquals(new float[] {-1, -2}, outputs.get("y").toFloatArray());
            assertArrayEquals(new float[] {1, 2}, outputs.get("x").toFloatArray());
        }
    }

    private static void assertRefused(String message, org.junit.jupiter.api.function.Executable action) {
        ModelException refused = assertThrows(ModelException.class, action);
        assertEquals(ModelException.Code.INVALID_INPUT, refused.code());
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
