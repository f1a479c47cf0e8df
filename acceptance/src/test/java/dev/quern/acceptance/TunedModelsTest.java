package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.RandomModels;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.BackendChoice;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.HostTrials;
import dev.quern.runtime.ModelCompiler;
import dev.quern.tune.RecordKey;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models take the schedules that records name, and nothing that records say makes them compute anything else. */
class TunedModelsTest {
    private static final long SEED = 20261126;
    private static final int MODELS = Boolean.getBoolean("quern.campaign") ? 2_000 : 60;
    static final Map<String, Tensor> INPUTS = Map.of("x", floats(1, 20, 48));

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

    static Tensor floats(long seed, int... shape) {
        Random random = new Random(seed);
        float[] data = new float[Arrays.stream(shape).reduce(1, (all, extent) -> all * extent)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat() * 2 - 1;
        }
        return Tensor.of(data, Arrays.stream(shape).asLongStream().toArray());
    }

    /** Rows times weights, of any number of rows. */
    static byte[] product() {
        return new OnnxBuilder()
                .input("x", DType.F32, "rows", 48)
                .initializer("w", floats(2, 48, 96))
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, "rows", 96)
                .build();
    }

    static HostTrials here() {
        var backend = BackendChoice.forDevice("cpu");
        return new HostTrials(backend, backend.target(1), 1);
    }

    static TunedKernel kernel(CompiledModel model, ProgramStep.RunKernel step, Map<String, Long> sizes) {
        return TunedKernel.of(model.program(), step, sizes, here().target(), true);
    }

    static ProgramStep.RunKernel only(CompiledModel model) {
        return model.program().steps().stream()
                .filter(ProgramStep.RunKernel.class::isInstance)
                .map(ProgramStep.RunKernel.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static TuningRecord record(TunedKernel kernel, Candidate candidate, double nanos) {
        return TuningRecord.of(
                RecordKey.of(kernel, here().device()),
                kernel.sizes(),
                "a test",
                new TrialOutcome(candidate, TrialOutcome.TrialStatus.MEASURED, nanos, ""),
                "a session");
    }

    private CompiledModel load(byte[] model) {
        return ModelCompiler.of(options().build()).compile(model);
    }

    private static boolean isLegal(TunedKernel kernel, Candidate candidate) {
        try {
            Scheduler.apply(kernel.step().kernel(), candidate.schedule(), here().target());
            return true;
        } catch (ScheduleRefusal refused) {
            return false;
        }
    }

    /** A schedule that rules leave out and the scheduler takes, other than the default. */
    private static Candidate outside(TunedKernel kernel) {
        return kernel.space().unpruned().stream()
                .filter(one -> !kernel.space().candidates().contains(one))
                .filter(one -> one.name().contains("packed by") && isLegal(kernel, one))
                .findFirst()
                .orElseThrow();
    }

    private TunedKernel untuned(Map<String, Long> sizes) {
        try (CompiledModel model = load(product())) {
            return kernel(model, only(model), sizes);
        }
    }

    private String bits() {
        try (CompiledModel model = load(product())) {
            return BitsDigest.of(model.run(INPUTS)) + BitsDigest.of(model.run(Map.of("x", floats(3, 1, 48))));
        }
    }

    @Test
    void aModelTakesWhatWasFastest() {
        String expected = bits();
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        Candidate chosen = outside(kernel);
        Candidate slower = kernel.ranked().get(3);
        records.append(List.of(
                record(kernel, kernel.ranked().getFirst(), 300),
                record(kernel, slower, 200),
                record(kernel, chosen, 100)));
        try (CompiledModel model = load(product())) {
            assertEquals(
                    SchedulePrinter.print(chosen.schedule()),
                    SchedulePrinter.print(only(model).schedule()));
        }
        assertEquals(expected, bits());
        try (CompiledModel model =
                ModelCompiler.of(options().noRecords().build()).compile(product())) {
            assertEquals(kernel.step().forms(), only(model).forms());
        }
    }

    @Test
    void whatIsHardlyFasterThanTheDefaultIsNotTaken() {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        records.append(List.of(record(kernel, kernel.ranked().get(2), 99), record(kernel, defaultOf(kernel), 100)));
        assertEquals(kernel.step().forms(), untuned(Map.of("rows", 20L)).step().forms());
    }

    private static Candidate defaultOf(TunedKernel kernel) {
        return new Candidate("the default", kernel.step().schedule());
    }

    @Test
    void sizesSayForWhichRowsARecordIs() {
        String expected = bits();
        TunedKernel few = untuned(Map.of("rows", 1L));
        Candidate usual = outside(few);
        String panels = usual.name().replaceAll(".*(packed by [0-9]+).*", "$1");
        Candidate other = few.space().unpruned().stream()
                .filter(one -> one.name().startsWith("1x") && one.name().contains(panels) && isLegal(few, one))
                .filter(one -> !one.equals(usual))
                .findFirst()
                .orElseThrow();
        TunedKernel many = untuned(Map.of("rows", 20L));
        records.append(List.of(record(many, many.usual(), 200), record(many, usual, 100)));
        records.append(List.of(record(few, untuned(Map.of("rows", 1L)).usual(), 200), record(few, other, 100)));
        TunedKernel tuned = untuned(Map.of("rows", 1L));
        List<String> forms = tuned.step().forms().forms().stream()
                .map(form -> SchedulePrinter.print(new Schedule(form.schedule().steps())))
                .toList();
        assertEquals(SchedulePrinter.print(usual.schedule()), forms.getLast());
        assertTrue(
                forms.size() > 1 && forms.getFirst().equals(SchedulePrinter.print(other.schedule())), forms::toString);
        assertEquals(expected, bits());
    }

    @Test
    void whatIsNoScheduleOfTheKernelIsNotTaken() throws IOException {
        String expected = bits();
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        Candidate illegal = new Candidate(
                "columns that are no multiple", Schedule.NONE.then(new Step.Split("n0", 7, Step.Tail.EXACT)));
        assertTrue(!isLegal(kernel, illegal));
        TuningRecord good = record(kernel, outside(kernel), 100);
        records.append(List.of(
                record(kernel, kernel.usual(), 200),
                record(kernel, illegal, 1),
                record(kernel, new Candidate("unknown axis", Schedule.NONE.then(new Step.Outline("nobody"))), 2),
                with(good, "another machine", good.key().versions(), good.schedule()),
                with(good, good.key().device(), "quern 0.0.1, Java 25", good.schedule()),
                with(good, good.key().device(), good.key().versions(), "schedule {\n  split m"),
                with(good, good.key().device(), good.key().versions(), "")));
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        Files.write(records.file(), noise, StandardOpenOption.APPEND);
        Files.writeString(records.file(), "\n{\"format\":\"1\"", StandardOpenOption.APPEND);
        assertEquals(kernel.step().forms(), untuned(Map.of("rows", 20L)).step().forms());
        assertEquals(expected, bits());
    }

    /** A schedule of the space without pinned orders is none of the one with them. */
    @Test
    void whatAddsInAnotherOrderIsNotTakenWhereBitsArePinned() {
        byte[] sums = new OnnxBuilder()
                .input("x", DType.F32, 20, 300)
                .initializer("axes", Tensor.of(new long[] {1}, 1))
                .node("ReduceSum", List.of("x", "axes"), List.of("y"))
                .output("y", DType.F32, 20, 1)
                .build();
        try (CompiledModel untuned = load(sums)) {
            ProgramStep.RunKernel step = only(untuned);
            TunedKernel kernel = TunedKernel.of(untuned.program(), step, Map.of(), here().target(), false);
            Candidate reordered = kernel.space().unpruned().stream()
                    .filter(one -> one.name().endsWith("8 accumulators") && isLegal(kernel, one))
                    .findFirst()
                    .orElseThrow();
            records.append(List.of(record(kernel, kernel.usual(), 2), record(kernel, reordered, 1)));
            try (CompiledModel pinned = load(sums);
                    CompiledModel free = ModelCompiler.of(
                                    options().deterministic(false).build())
                            .compile(sums)) {
                assertEquals(step.forms(), only(pinned).forms());
                assertEquals(reordered.schedule(), only(free).schedule());
            }
        }
    }

    @Test
    void whateverIsChosenOfTheSpacesTheBitsAreTheSame() {
        int chosen = 0;
        Random random = new Random(SEED);
        for (int i = 0; i < MODELS; i++) {
            GeneratedModel model = new RandomModels().model(SEED + i);
            Path file = folder.resolve(i + ".jsonl");
            try (CompiledModel untuned =
                    ModelCompiler.of(options().noRecords().build()).compile(model.bytes())) {
                String expected = results(untuned, model);
                List<TuningRecord> some = new ArrayList<>();
                for (ProgramStep step : untuned.program().steps()) {
                    if (step instanceof ProgramStep.RunKernel run
                            && run.kernel().symbols().isEmpty()) {
                        TunedKernel kernel = kernel(untuned, run, Map.of());
                        List<Candidate> all = kernel.space().unpruned();
                        some.add(record(kernel, kernel.usual(), 2));
                        some.add(record(kernel, all.get(random.nextInt(all.size())), 1));
                    }
                }
                new TuningRecords(file).append(some);
                try (CompiledModel tuned =
                        ModelCompiler.of(options().records(file).build()).compile(model.bytes())) {
                    chosen += tuned.program().equals(untuned.program()) ? 0 : 1;
                    assertEquals(expected, results(tuned, model), "seed " + (SEED + i));
                }
            } catch (ModelException refused) {
                assertNotEquals(ModelException.Code.INTERNAL, refused.code(), refused.getMessage());
            }
        }
        assertTrue(chosen > MODELS / 3, chosen + " of " + MODELS + " models took a record");
    }

    private static String results(CompiledModel model, GeneratedModel generated) {
        StringBuilder results = new StringBuilder();
        for (Map<String, Tensor> inputs : generated.runs()) {
            try {
                results.append(BitsDigest.of(model.run(inputs)));
            } catch (ModelException refused) {
                results.append(refused.code());
            }
        }
        return results.toString();
    }

    @Test
    void aFileThatIsCompiledAheadHasTheSchedulesThatItWasMadeWith() throws IOException {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        Candidate chosen = outside(kernel);
        records.append(List.of(record(kernel, kernel.usual(), 200), record(kernel, chosen, 100)));
        Path model = Files.write(folder.resolve("model.onnx"), product());
        Path archive = folder.resolve("model.qar");
        Options tuned = options().cache(folder.resolve("cache")).build();
        ModelCompiler.of(tuned).archive(model, archive);
        Files.delete(records.file());
        try (CompiledModel loaded = ModelCompiler.of(tuned).compile(archive)) {
            assertEquals(0, loaded.compilations());
            assertEquals(
                    SchedulePrinter.print(chosen.schedule()),
                    SchedulePrinter.print(only(loaded).schedule()));
        }
    }

    @Test
    void whatIsKeptFollowsTheRecordsOfItsOwnKernels() throws IOException {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        Candidate usual = kernel.usual();
        Candidate chosen = outside(kernel);
        assertEquals(new FromKept(1, usual.schedule()), loadedKeeping());
        String first = kept();
        records.append(List.of(record(kernel, usual, 200), record(kernel, chosen, 100)));
        assertEquals(
                new FromKept(0, chosen.schedule()),
                loadedKeeping(),
                "the program is taken as it was, by another schedule");
        String second = kept();
        assertNotEquals(first, second);
        TuningRecord good = record(kernel, outside(kernel), 50);
        records.append(List.of(with(good, "another machine", good.key().versions(), good.schedule())));
        TuningRecord other = new TuningRecord(
                new RecordKey("another kernel", good.key().device(), good.key().versions()),
                good.sizes(),
                good.subject(),
                good.candidate(),
                good.schedule(),
                good.status(),
                good.nanos(),
                good.remark(),
                good.session(),
                good.at());
        records.append(List.of(other));
        assertEquals(new FromKept(0, chosen.schedule()), loadedKeeping());
        assertEquals(second, kept(), "nothing of this model was found");
        records.append(List.of(in("later", record(kernel, usual, 100)), in("later", record(kernel, chosen, 200))));
        assertEquals(new FromKept(0, usual.schedule()), loadedKeeping());
        Files.delete(records.file());
        assertEquals(new FromKept(1, usual.schedule()), loadedKeeping(), "what is forgotten is compiled as without");
        assertEquals(new FromKept(0, usual.schedule()), loadedKeeping());
    }

    /** How often a model was compiled, and what its kernel is run by. */
    private record FromKept(int compilations, Schedule schedule) {}

    private FromKept loadedKeeping() {
        try (CompiledModel model = ModelCompiler.of(options().build())
                .keepingIn(folder.resolve("kept"), "one")
                .compile(product())) {
            assertEquals(BitsDigest.of(untunedRun()), BitsDigest.of(model.run(INPUTS)));
            return new FromKept(model.compilations(), only(model).schedule());
        }
    }

    private Map<String, Tensor> untunedRun() {
        try (CompiledModel model =
                ModelCompiler.of(options().noRecords().build()).compile(product())) {
            return model.run(INPUTS);
        }
    }

    /** All bytes of the only program that is kept. */
    private String kept() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("kept"))) {
            List<Path> archives =
                    files.filter(file -> file.toString().endsWith(".qar")).toList();
            assertEquals(1, archives.size());
            return new String(Files.readAllBytes(archives.getFirst()), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aScheduleWhoseDefaultWasNotTimedIsNotTaken() {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        TunedKernel more = untuned(Map.of("rows", 40L));
        records.append(List.of(record(kernel, outside(kernel), 1), record(more, more.usual(), 200)));
        assertEquals(kernel.step().forms(), untuned(Map.of("rows", 20L)).step().forms());
    }

    @Test
    void whatWasFoundForOneSizeStaysWhenAnotherIsTuned() {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        TunedKernel more = untuned(Map.of("rows", 40L));
        Candidate chosen = outside(kernel);
        Candidate other = kernel.ranked().get(3);
        records.append(List.of(
                record(kernel, kernel.usual(), 200),
                record(kernel, chosen, 100),
                record(more, more.usual(), 400),
                record(more, other, 380)));
        assertEquals(chosen.schedule(), taken());
        records.append(List.of(record(more, other, 100), record(kernel, other, 110)));
        assertEquals(other.schedule(), taken(), "what is good at both sizes goes first");
        records.append(List.of(record(more, other, 500), record(kernel, other, 300)));
        assertEquals(chosen.schedule(), taken(), "the last time counts");
    }

    @Test
    void aScheduleThatLosesAtOneSizeIsNotTaken() {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        TunedKernel more = untuned(Map.of("rows", 40L));
        Candidate chosen = outside(kernel);
        records.append(List.of(
                record(kernel, kernel.usual(), 200),
                record(kernel, chosen, 50),
                record(more, more.usual(), 400),
                record(more, chosen, 440)));
        assertEquals(kernel.usual().schedule(), taken());
        records.append(List.of(record(more, chosen, 408)));
        assertEquals(chosen.schedule(), taken(), "two in a hundred are noise");
    }

    @Test
    void timesOfTwoSessionsAreNotHeldAgainstEachOther() {
        TunedKernel kernel = untuned(Map.of("rows", 20L));
        Candidate chosen = outside(kernel);
        records.append(List.of(
                in("slow machine", record(kernel, kernel.usual(), 200)),
                in("fast machine", record(kernel, chosen, 100))));
        assertEquals(kernel.usual().schedule(), taken());
        records.append(List.of(in("fast machine", record(kernel, kernel.usual(), 101))));
        assertEquals(kernel.usual().schedule(), taken());
        records.append(List.of(
                in("another day", record(kernel, kernel.usual(), 400)),
                in("another day", record(kernel, chosen, 300))));
        assertEquals(chosen.schedule(), taken(), "the last session counts");
    }

    private static TuningRecord in(String session, TuningRecord record) {
        return new TuningRecord(
                record.key(),
                record.sizes(),
                record.subject(),
                record.candidate(),
                record.schedule(),
                record.status(),
                record.nanos(),
                record.remark(),
                session,
                record.at());
    }

    private Schedule taken() {
        try (CompiledModel model = load(product())) {
            return new Schedule(only(model).schedule().steps());
        }
    }

    private static TuningRecord with(TuningRecord record, String device, String versions, String schedule) {
        return new TuningRecord(
                new RecordKey(record.key().signature(), device, versions),
                record.sizes(),
                record.subject(),
                record.candidate(),
                schedule,
                record.status(),
                record.nanos(),
                record.remark(),
                record.session(),
                record.at());
    }
}
