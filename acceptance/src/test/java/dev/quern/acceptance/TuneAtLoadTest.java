package dev.quern.acceptance;

import static dev.quern.acceptance.TunedModelsTest.INPUTS;
import static dev.quern.acceptance.TunedModelsTest.floats;
import static dev.quern.acceptance.TunedModelsTest.here;
import static dev.quern.acceptance.TunedModelsTest.kernel;
import static dev.quern.acceptance.TunedModelsTest.only;
import static dev.quern.acceptance.TunedModelsTest.product;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.LoadWarmUp;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.ModelTasks;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.RecordKey;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading a model tunes it, by a machine and a clock that are made up. */
class TuneAtLoadTest {
    @TempDir
    Path folder;

    private TuningRecords records;

    @BeforeEach
    void noRecords() {
        records = new TuningRecords(folder.resolve("records.jsonl"));
    }

    private Options.Builder options() {
        return Options.builder().threads(1).records(records.file());
    }

    private CompiledModel load(byte[] model) {
        return ModelCompiler.of(options().build()).compile(model);
    }

    private String bits() {
        try (CompiledModel model = load(product())) {
            return BitsDigest.of(model.run(INPUTS));
        }
    }

    private CompiledModel tuned(Options.Builder options, StillPlace place, byte[] model) {
        return place.by(ModelCompiler.of(options.build())).compile(model);
    }

    @Test
    void loadingTunesForTheSizesThatAreNamed() {
        String expected = bits();
        Options.Builder tuning = options()
                .tune(Duration.ofSeconds(20))
                .warmUp(LoadWarmUp.awaited(List.of(Map.of("x", new long[] {20, 48}))));
        tuned(tuning, new StillPlace(), product()).close();
        List<TuningRecord> found = records.read();
        assertTrue(found.size() > 12, found::toString);
        assertEquals(Map.of("rows", 20L), found.getFirst().sizes());
        try (CompiledModel model =
                ModelCompiler.of(options().noRecords().build()).compile(product())) {
            TunedKernel kernel = kernel(model, only(model), Map.of("rows", 20L));
            assertEquals(RecordKey.of(kernel, here().device()), found.getFirst().key());
            assertEquals(
                    SchedulePrinter.print(kernel.usual().schedule()),
                    found.getFirst().schedule(),
                    "the default is timed first");
        }
        assertEquals(expected, bits());
        ModelException unnamed = assertThrows(
                ModelException.class,
                () -> ModelCompiler.of(options().tune(Duration.ofSeconds(1)).build())
                        .compile(product()));
        assertTrue(unnamed.getMessage().contains("expected a shape to warm up or tune for"), unnamed.getMessage());
        ModelException nowhere =
                assertThrows(ModelException.class, () -> tuning.noRecords().build());
        assertTrue(nowhere.getMessage().contains("expected a file for what is found"), nowhere.getMessage());
    }

    /** A product and a softmax, of which the softmax has fewer schedules than are enough to know. */
    static byte[] productAndSoftmax() {
        return new OnnxBuilder()
                .input("x", DType.F32, 20, 48)
                .initializer("w", floats(2, 48, 96))
                .node("MatMul", List.of("x", "w"), List.of("h"))
                .node("Softmax", List.of("h"), List.of("y"))
                .output("y", DType.F32, 20, 96)
                .build();
    }

    @Test
    void whatIsKnownIsNotTunedAgain() throws IOException {
        Options.Builder tuning = options().tune(Duration.ofSeconds(20));
        tuned(tuning, new StillPlace(), productAndSoftmax()).close();
        List<TuningRecord> found = records.read();
        assertEquals(2, found.stream().map(TuningRecord::key).distinct().count());
        assertTrue(found.stream().anyMatch(one -> one.status() == TrialOutcome.TrialStatus.FAILED), found::toString);
        byte[] before = Files.readAllBytes(records.file());
        tuned(tuning, new StillPlace(), productAndSoftmax()).close();
        assertArrayEquals(before, Files.readAllBytes(records.file()));
    }

    @Test
    void whatIsTooLargeToBeTimedLeavesNoRecords() {
        Options.Builder tuning = options().tune(Duration.ofSeconds(20));
        StillPlace small = new StillPlace() {
            @Override
            public TrialSource trials(TunedKernel kernel) {
                throw new ModelException(ModelException.Code.UNSUPPORTED, "kernel", "give the JVM more memory");
            }
        };
        tuned(tuning, small, productAndSoftmax()).close();
        assertEquals(List.of(), records.read());
        tuned(tuning, new StillPlace(), productAndSoftmax()).close();
        assertTrue(!records.read().isEmpty(), "where memory is enough it is tuned");
    }

    @Test
    void noLoadFailsBecauseOfTuning() throws IOException {
        Path file = Files.writeString(folder.resolve("a file"), "no folder");
        Options.Builder unwritable =
                options().records(file.resolve("records.jsonl")).tune(Duration.ofSeconds(20));
        String expected = BitsDigest.of(load(productAndSoftmax()).run(INPUTS));
        try (CompiledModel model = tuned(unwritable, new StillPlace(), productAndSoftmax())) {
            assertEquals(expected, BitsDigest.of(model.run(INPUTS)));
        }
        StillPlace broken = new StillPlace() {
            @Override
            public TrialSource trials(TunedKernel kernel) {
                throw new IllegalStateException("a fault for a test");
            }
        };
        try (CompiledModel model = tuned(options().tune(Duration.ofSeconds(20)), broken, productAndSoftmax())) {
            assertEquals(expected, BitsDigest.of(model.run(INPUTS)));
        }
        Files.write(records.file(), new byte[0]);
        byte[] picky = new OnnxBuilder()
                .input("i", DType.I64, 1)
                .initializer("d", floats(2, 1, 48))
                .initializer("one", Tensor.of(new long[] {1}, 1))
                .node("Sub", List.of("i", "one"), List.of("at"))
                .node("Sub", List.of("at", "one"), List.of("before"))
                .node("Gather", List.of("d", "before"), List.of("y"))
                .output("y", DType.F32, 1, 48)
                .build();
        try (CompiledModel model = tuned(options().tune(Duration.ofSeconds(20)), new StillPlace(), picky)) {
            assertEquals(1, model.run(Map.of("i", Tensor.of(new long[] {2}, 1))).size(), "it does not run on zeros");
        }
    }

    @Test
    void whereTimeGoesIsSeenWithoutWorkBetweenTheSteps() {
        StillPlace place = new StillPlace();
        try (CompiledModel model = load(productAndSoftmax())) {
            assertEquals(
                    2, ModelTasks.of(model, INPUTS, place, true, Duration.ZERO).size());
        }
        assertEquals(1, place.named(), "what a device is called is asked when the run is over");
    }

    @Test
    void operandsThatDoNotFitAreSaidToNotFit() {
        TunedKernel kernel;
        try (CompiledModel model = load(product())) {
            kernel = kernel(model, only(model), Map.of("rows", 20L));
        }
        long bytes = 4 * (20 * 48 + 48 * 96 + 20 * 96);
        ModelException refused = assertThrows(ModelException.class, () -> here().trials(kernel, bytes / 2));
        assertTrue(refused.getMessage().contains("to be timed it needs "), refused.getMessage());
        KernelTrial fits = here().trials(kernel, 2 * bytes).open(kernel.usual());
        fits.close();
    }
}
