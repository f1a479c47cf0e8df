package dev.quern.acceptance;

import static dev.quern.acceptance.TuneAtLoadTest.productAndSoftmax;
import static dev.quern.acceptance.TunedModelsTest.floats;
import static dev.quern.acceptance.TunedModelsTest.only;
import static dev.quern.acceptance.TunedModelsTest.product;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.OnlineProgress;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models are tuned while they are used, by a machine and a clock that are made up. */
@Timeout(120)
class TuneOnlineTest {
    private static final Map<String, Tensor> MANY = Map.of("x", floats(1, 20, 48));
    private static final Map<String, Tensor> ONE = Map.of("x", floats(3, 1, 48));
    private static final Duration LONG = Duration.ofSeconds(100);

    @TempDir
    Path folder;

    private TuningRecords records;

    @BeforeEach
    void noRecords() {
        records = new TuningRecords(folder.resolve("records.jsonl"));
    }

    private Options.Builder options() {
        return Options.builder().threads(1).records(records.file()).tuneOnline(Duration.ofHours(1));
    }

    private static CompiledModel load(Options.Builder options, StillPlace place, byte[] model) {
        return place.by(ModelCompiler.of(options.build())).compile(model);
    }

    private String expected(byte[] model, Map<String, Tensor> inputs) {
        try (CompiledModel plain = ModelCompiler.of(
                        Options.builder().threads(1).noRecords().build())
                .compile(model)) {
            return BitsDigest.of(plain.run(inputs));
        }
    }

    /** Of which each candidate takes nine tenths of the one before, so that each round finds a better one. */
    private static class ImprovingPlace extends StillPlace {
        @Override
        double nanos(boolean isUsual, int number) {
            return isUsual ? 1e6 : 9e5 * Math.pow(0.9, number);
        }
    }

    /** Whose trials are over when they may be. */
    private static class SlowPlace extends StillPlace {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);

        @Override
        void timing(BooleanSupplier isStopped) {
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    private static void runUntilTuned(CompiledModel model, Map<String, Tensor> inputs) throws InterruptedException {
        while (!model.awaitTuned(Duration.ZERO)) {
            model.run(inputs);
        }
    }

    @Test
    void runsOfManyThreadsAreRightWhileKernelsAreSwapped() throws Exception {
        String many = expected(product(), MANY);
        String one = expected(product(), ONE);
        try (CompiledModel model = load(options(), new ImprovingPlace(), product());
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Callable<Integer> requests = () -> {
                int runs = 0;
                for (boolean isOver = false; !isOver; runs++) {
                    isOver = model.awaitTuned(Duration.ZERO);
                    assertEquals(many, BitsDigest.of(model.run(MANY)));
                    assertEquals(one, BitsDigest.of(model.run(ONE)));
                }
                return runs;
            };
            List<Future<Integer>> done = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                done.add(threads.submit(requests));
            }
            for (Future<Integer> each : done) {
                assertTrue(each.get() > 0);
            }
            OnlineProgress progress = model.onlineTuning().orElseThrow();
            assertTrue(progress.isOver() && progress.swaps() > 1, progress::toString);
            assertTrue(progress.tried() >= records.read().size() / 2, progress::toString);
            try (CompiledModel after = ModelCompiler.of(
                            Options.builder().threads(1).records(records.file()).build())
                    .compile(product())) {
                assertEquals(only(after).forms(), only(model).forms(), "a load takes the same from the records");
                assertEquals(after.constantBytes(), model.constantBytes(), "what was replaced is given back");
                after.run(MANY);
                after.run(ONE);
                assertEquals(after.executables().size(), model.executables().size());
                assertEquals(many, BitsDigest.of(after.run(MANY)));
            }
        }
    }

    @Test
    void allOfEachKernelIsTriedAndRecorded() throws InterruptedException {
        try (CompiledModel model = load(options(), new StillPlace(), productAndSoftmax())) {
            runUntilTuned(model, MANY);
            List<TuningRecord> found = records.read();
            assertEquals(2, found.stream().map(TuningRecord::key).distinct().count());
            assertTrue(found.stream().anyMatch(record -> record.status() == TrialOutcome.TrialStatus.FAILED));
            OnlineProgress first = model.onlineTuning().orElseThrow();
            assertTrue(first.swaps() >= 1, first::toString);
            assertEquals(expected(productAndSoftmax(), MANY), BitsDigest.of(model.run(MANY)));
        }
        try (CompiledModel model = load(options(), new StillPlace(), productAndSoftmax())) {
            runUntilTuned(model, MANY);
            assertEquals(new OnlineProgress(0, 0, true), model.onlineTuning().orElseThrow());
        }
    }

    @Test
    void noRunWaitsForACandidate() throws InterruptedException {
        SlowPlace place = new SlowPlace();
        String expected = expected(product(), MANY);
        try (CompiledModel model = load(options(), place, product())) {
            model.run(MANY);
            place.begun.await();
            for (int run = 0; run < 100; run++) {
                assertEquals(expected, BitsDigest.of(model.run(MANY)), "while a candidate is timed");
            }
            assertEquals(0, model.onlineTuning().orElseThrow().tried());
            place.go.countDown();
            runUntilTuned(model, MANY);
            assertTrue(model.onlineTuning().orElseThrow().tried() > 0);
        }
    }

    @Test
    void closingEndsIt() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        StillPlace endless = new StillPlace() {
            @Override
            void timing(BooleanSupplier isStopped) {
                begun.countDown();
                while (!isStopped.getAsBoolean()) {
                    Thread.onSpinWait();
                }
            }
        };
        CompiledModel model = load(options(), endless, product());
        model.run(MANY);
        begun.await();
        model.close();
        assertTrue(model.awaitTuned(LONG));
        assertEquals(List.of(), records.read(), "what was not timed to the end says nothing");
        assertThrows(ModelException.class, () -> model.run(MANY));
        CompiledModel unused = load(options(), new StillPlace(), product());
        unused.close();
        assertTrue(unused.awaitTuned(LONG), "also where no run was ever seen");
    }

    @Test
    void theBudgetEndsIt() throws InterruptedException {
        try (CompiledModel model = load(options().tuneOnline(Duration.ofSeconds(1)), new StillPlace(), product())) {
            runUntilTuned(model, MANY);
            int tried = model.onlineTuning().orElseThrow().tried();
            assertTrue(tried > 0 && tried < 30, "tried " + tried);
            model.run(MANY);
        }
    }

    @Test
    void noRunFailsBecauseOfIt() throws IOException, InterruptedException {
        String expected = expected(product(), MANY);
        Path file = Files.writeString(folder.resolve("a file"), "no folder");
        Options.Builder unwritable = options().records(file.resolve("records.jsonl"));
        StillPlace broken = new StillPlace() {
            @Override
            public TrialSource trials(TunedKernel kernel) {
                throw new IllegalStateException("a fault for a test");
            }
        };
        StillPlace small = new StillPlace() {
            @Override
            public TrialSource trials(TunedKernel kernel) {
                throw new ModelException(ModelException.Code.UNSUPPORTED, "kernel", "give the JVM more memory");
            }
        };
        for (CompiledModel loaded : List.of(
                load(unwritable, new StillPlace(), product()),
                load(options(), broken, product()),
                load(options(), small, product()))) {
            try (CompiledModel model = loaded) {
                runUntilTuned(model, MANY);
                assertEquals(expected, BitsDigest.of(model.run(MANY)));
                assertEquals(0, model.onlineTuning().orElseThrow().swaps());
            }
        }
        ModelException nowhere =
                assertThrows(ModelException.class, () -> options().noRecords().build());
        assertTrue(nowhere.getMessage().contains("tuneOnline: expected a file for what is found"), nowhere::getMessage);
    }

    @Test
    void whatGainsHardlyAnythingIsNotSwapped() throws IOException, InterruptedException {
        StillPlace level = new StillPlace() {
            @Override
            double nanos(boolean isUsual, int number) {
                return isUsual ? 102 : 100;
            }
        };
        try (CompiledModel model = load(options(), level, product())) {
            runUntilTuned(model, MANY);
            OnlineProgress progress = model.onlineTuning().orElseThrow();
            assertTrue(progress.tried() > 0, progress::toString);
            assertEquals(0, progress.swaps());
        }
        AtomicBoolean isFirst = new AtomicBoolean(true);
        StillPlace once = new StillPlace() {
            @Override
            double nanos(boolean isUsual, int number) {
                return isUsual ? 200 : isFirst.getAndSet(false) ? 100 : 99 - number / 1e3;
            }

            @Override
            boolean isRefused(int number) {
                return false;
            }
        };
        Files.delete(records.file());
        try (CompiledModel model = load(options(), once, product())) {
            runUntilTuned(model, MANY);
            assertEquals(1, model.onlineTuning().orElseThrow().swaps(), "what runs is as good as what comes later");
        }
    }
}
