package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.bench.JsonTree;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quern explain} and {@code quern device} say, of a machine that is made up. */
class ExplainCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "rows", 64)
                .initializer("w", Tensor.of(new float[64 * 96], 64, 96))
                .node("MatMul", List.of("x", "w"), List.of("h"))
                .node("Softmax", List.of("h"), List.of("y"))
                .output("y", DType.F32, "rows", 96)
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    private final MadeUpMachine machine = new MadeUpMachine();

    private CommandRun run(String... arguments) {
        return CommandRun.in(folder, machine.measuring(), arguments);
    }

    private CommandRun explain(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("explain", "m.onnx", "--dim", "rows=64", "--threads", "1", "--records", "mine.jsonl"));
        arguments.addAll(List.of(more));
        CommandRun run = run(arguments.toArray(String[]::new));
        assertEquals(ExitStatus.OK, run.status(), run.err());
        return run;
    }

    private Map<?, ?> json(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--json");
        CommandRun run = explain(arguments.toArray(String[]::new));
        return (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("explained.json"), run.out()));
    }

    @Test
    void kernelsAreListedAndExplained() throws IOException {
        assertTrue(explain().out().contains("contraction_"), "both kernels are listed");
        CommandRun unknown = run("explain", "m.onnx", "--dim", "rows=64", "--kernel", "conv");
        assertEquals(ExitStatus.BAD_INPUT, unknown.status());
        assertTrue(unknown.err().contains("--kernel conv: expected a number from 1 to 2"), unknown.err());
        CommandRun before = explain("--kernel", "contraction");
        assertTrue(before.out().contains("is taken: it is the default"), before.out());
        assertTrue(before.out().contains("nothing was timed here"), before.out());
        Map<?, ?> found = json("--kernel", "contraction");
        assertEquals(found.get("default"), found.get("taken"));
        List<?> candidates = (List<?>) found.get("candidates");
        assertTrue(candidates.size() > 20, "as many as rules leave");
        Map<?, ?> first = (Map<?, ?>) candidates.getFirst();
        assertEquals(found.get("default"), first.get("schedule"));
        assertTrue((double) first.get("predicted_ms") > 0);
        assertFalse(first.containsKey("measured_ms"));
    }

    @Test
    void whatRecordsSayIsTheReason() throws IOException {
        Candidate other = records();
        CommandRun run = explain("--kernel", "contraction");
        assertTrue(run.out().contains(other.name() + " is taken: records"), run.out());
        assertTrue(run.out().contains("is taken: records of this machine say that it takes 0.250"), run.out());
        assertTrue(
                run.out()
                        .contains("of what the default, "
                                + json("--kernel", "contraction").get("default") + ", takes"),
                run.out());
    }

    /** Writes times of the product's default, and of the first other that the scheduler takes, which took a quarter. */
    private Candidate records() {
        Backend backend = BackendChoice.forDevice("cpu");
        HostTrials place = new HostTrials(backend, backend.target(1), 1);
        Options options = Options.builder().threads(1).noRecords().build();
        try (CompiledModel model = ModelCompiler.of(options).compile(folder.resolve("m.onnx"))) {
            ProgramStep.RunKernel step = model.program().steps().stream()
                    .filter(ProgramStep.RunKernel.class::isInstance)
                    .map(ProgramStep.RunKernel.class::cast)
                    .filter(one -> one.kernel().name().startsWith("contraction_"))
                    .findFirst()
                    .orElseThrow();
            TunedKernel kernel = TunedKernel.of(model.program(), step, Map.of("rows", 64L), place.target(), true);
            Candidate other = kernel.ranked().stream()
                    .skip(1)
                    .filter(one -> isTaken(kernel, one, place.target()))
                    .findFirst()
                    .orElseThrow();
            new TuningRecords(folder.resolve("mine.jsonl"))
                    .append(List.of(record(kernel, place, kernel.usual(), 200), record(kernel, place, other, 50)));
            return other;
        }
    }

    private static boolean isTaken(TunedKernel kernel, Candidate candidate, Target target) {
        try {
            Scheduler.apply(kernel.step().kernel(), candidate.schedule(), target);
            return true;
        } catch (ScheduleRefusal refused) {
            return false;
        }
    }

    private static TuningRecord record(TunedKernel kernel, HostTrials place, Candidate candidate, double nanos) {
        return TuningRecord.of(
                RecordKey.of(kernel, place.device()),
                kernel.sizes(),
                "a test",
                new TrialOutcome(candidate, TrialOutcome.TrialStatus.MEASURED, nanos, ""),
                "a session");
    }

    @Test
    void whatTheMachineDoesIsReadOnce() throws IOException {
        CommandRun run = run("device", "--json");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        Map<?, ?> read = (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("device.json"), run.out()));
        assertTrue(
                (double) read.get("gflops") == MadeUpMachine.GIGAFLOPS && (double) read.get("level_1_gbps") > 0,
                run.out());
        assertEquals(run.out(), run("device", "--json").out());
        CommandRun text = run("device");
        assertTrue(text.out().contains("GFLOP/s a thread"), text.out());
        assertTrue(text.out().contains("memory "), text.out());
        String kept = text.out().strip().replaceAll("(?s).*kept in ", "");
        assertEquals(run.out().strip(), Files.readString(Path.of(kept)).strip());
        assertEquals(1, machine.devicesRead());
        assertEquals(ExitStatus.OK, run("device", "--measure").status());
        assertEquals(2, machine.devicesRead());
    }

    @Test
    void aFolderThatCannotBeWrittenIsSaid() throws IOException {
        Files.createFile(folder.resolve("cache"));
        CommandRun run = run("device");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("GFLOP/s a thread"), run.out());
        assertFalse(run.out().contains("kept in"), run.out());
        assertTrue(run.err().contains("cannot be written"), run.err());
        assertFalse(run.err().contains("\tat "), run.err());
        assertTrue(explain("--kernel", "contraction").out().contains("is taken: it is the default"));
    }
}
