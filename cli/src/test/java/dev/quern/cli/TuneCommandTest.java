package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.bench.JsonTree;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TunedOperator;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels are timed on a machine that is made up, and none runs but to see where the time of a model goes. */
class TuneCommandTest {
    private static final Pattern RAW = Pattern.compile("(?m)^the cross product +([0-9]+)$");
    private static final Pattern CANDIDATE = Pattern.compile("(?m)^ *[0-9]+  [^ ].*$");

    @TempDir
    Path folder;

    private final MadeUpMachine machine = new MadeUpMachine();

    private static long raw(CommandRun run) {
        Matcher found = RAW.matcher(run.out());
        assertTrue(found.find(), run.out());
        return Long.parseLong(found.group(1));
    }

    @Test
    void eachOperatorHasAListThatRulesCutDown() {
        for (TunedOperator operator : TunedOperator.values()) {
            CommandRun run = CommandRun.in(folder, machine.measuring(), "tune", "--list", operator.text());
            assertEquals(ExitStatus.OK, run.status(), run.err());
            long candidates = CANDIDATE.matcher(run.out()).results().count();
            assertTrue(candidates > 0 && candidates < raw(run) && candidates <= 64, run.out());
        }
    }

    @Test
    void aGpuThatIsNotHereHasItsOwn() {
        CommandRun run = CommandRun.in(folder, machine.measuring(), "tune", "--list", "softmax", "--device", "sm_90");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().startsWith("softmax 1536x128 on sm_90: grid"), run.out());
    }

    @Test
    void theSameAsJson() {
        CommandRun run =
                CommandRun.in(folder, machine.measuring(), "tune", "--list", "softmax", "--shape", "8x100", "--json");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("\"rule\" : \"neighbours\""), run.out());
        assertTrue(run.out().contains("\"rows in lanes\""), run.out());
    }

    @Test
    void theFastestCandidateIsFound() throws IOException {
        CommandRun run = CommandRun.in(
                folder,
                machine.measuring(),
                "tune",
                "--op",
                "softmax",
                "--shape",
                "64x128",
                "--budget",
                "60m",
                "--most",
                "3",
                "--records",
                "mine.jsonl",
                "--json");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.err().contains("tried, "), run.err());
        Path file = Files.writeString(folder.resolve("tuned.json"), run.out());
        Map<?, ?> found = (Map<?, ?>) JsonTree.read(file);
        double measured = (double) found.get("measured");
        assertEquals(3, measured, run.out());
        assertEquals("rows in lanes", found.get("default"));
        double best = (double) found.get("best_ms");
        double usual = (double) found.get("default_ms");
        assertEquals(MadeUpMachine.USUAL / 1e6, usual, run.out());
        assertEquals((MadeUpMachine.FIRST + 1) / 1e6, best, "the second that is tried");
        assertEquals(usual / best, (double) found.get("gain"), 1e-9);
        double share = (double) found.get("share_of_peak");
        assertEquals(MadeUpMachine.GIGAFLOPS, (double) found.get("peak_gflops"));
        assertEquals((double) found.get("gflops") / (double) found.get("peak_gflops"), share, 1e-9);
        assertTrue((double) found.get("share_of_roofline") > 0, run.out());
        long timed = ((List<?>) found.get("trials"))
                .stream().filter(one -> ((Map<?, ?>) one).containsKey("ms")).count();
        assertEquals(3, timed, run.out());
    }

    @Test
    void theCrossProductCanBeSearchedAtRandom() {
        CommandRun run = CommandRun.in(
                folder,
                machine.measuring(),
                "tune",
                "--op",
                "elementwise",
                "--shape",
                "64x128",
                "--budget",
                "60m",
                "--search",
                "random",
                "--most",
                "2",
                "--records",
                "mine.jsonl");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("chunks of 4096 in lanes (default)"), run.out());
    }

    @Test
    void whatWasFoundIsRecordedAndKnownNextTime() throws IOException {
        String[] tune = {
            "tune",
            "--op",
            "sum",
            "--shape",
            "64x128",
            "--budget",
            "60m",
            "--most",
            "2",
            "--json",
            "--records",
            "mine.jsonl"
        };
        assertEquals(
                ExitStatus.OK, CommandRun.in(folder, machine.measuring(), tune).status());
        CommandRun again = CommandRun.in(folder, machine.measuring(), tune);
        assertEquals(ExitStatus.OK, again.status(), again.err());
        Map<?, ?> found = (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("again.json"), again.out()));
        assertTrue((double) found.get("known") >= 1, again.out());
        CommandRun exported =
                CommandRun.in(folder, machine.measuring(), "tune", "--export", "out.jsonl", "--records", "mine.jsonl");
        assertEquals(ExitStatus.OK, exported.status(), exported.err());
        CommandRun imported =
                CommandRun.in(folder, machine.measuring(), "tune", "--import", "out.jsonl", "--records", "other.jsonl");
        assertEquals(exported.out().split(" ")[0], imported.out().split(" ")[0]);
        assertEquals(
                Files.readAllLines(folder.resolve("mine.jsonl")), Files.readAllLines(folder.resolve("other.jsonl")));
        refused(folder.resolve("none.jsonl") + ": expected a file of tuning records", "tune", "--import", "none.jsonl");
    }

    private void model() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "rows", 64)
                .initializer("w", Tensor.of(new float[64 * 96], 64, 96))
                .node("MatMul", List.of("x", "w"), List.of("h"))
                .node("Softmax", List.of("h"), List.of("y"))
                .output("y", DType.F32, "rows", 96)
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    @Test
    void theKernelsOfAModelAreTunedForTheSizesOfARun() throws IOException {
        model();
        String[] tune = {
            "tune", "m.onnx", "--dim", "rows=64", "--budget", "60m", "--most", "3", "--records", "mine.jsonl", "--json"
        };
        CommandRun run = CommandRun.in(folder, machine.measuring(), tune);
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.err().contains("quern: kernel 1/2, "), run.err());
        Map<?, ?> found = (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("tuned.json"), run.out()));
        assertEquals(2.0, found.get("kernels"), run.out());
        List<?> tuned = (List<?>) found.get("tuned");
        Map<?, ?> first = (Map<?, ?>) tuned.getFirst();
        assertEquals(Map.of("rows", 64.0), first.get("sizes"), run.out());
        assertEquals(3.0, first.get("measured"), run.out());
        assertTrue((double) first.get("gain") > 1.99, run.out());
        assertTrue((double) first.get("share") > 0 && (double) first.get("share") <= 1, run.out());
        assertEquals(6, Files.readAllLines(folder.resolve("mine.jsonl")).size(), "three of each");
        String record = Files.readAllLines(folder.resolve("mine.jsonl")).getFirst();
        assertTrue(record.contains("\"size rows\":64"), record);
    }

    @Test
    void aTableSaysWhatTuningAModelGains() throws IOException {
        model();
        CommandRun run = CommandRun.in(
                folder,
                machine.measuring(),
                "tune",
                "m.onnx",
                "--dim",
                "rows=8",
                "--budget",
                "60m",
                "--most",
                "2",
                "--records",
                "mine.jsonl");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("default ms  tuned ms"), run.out());
        assertTrue(run.out().contains(" of 2 kernels tuned in "), run.out());
        assertTrue(run.out().contains("Recorded in " + folder.resolve("mine.jsonl")), run.out());
    }

    @Test
    void whatCannotBeTunedIsRefused() {
        refused("Invalid value for option '--budget'", "tune", "--op", "gemv", "--budget", "soon");
        refused("--threads 0: expected at least 1", "tune", "--op", "gemv", "--threads", "0");
        refused(
                "Error: --op=OPERATOR, --list=OPERATOR are mutually exclusive",
                "tune",
                "--op",
                "gemv",
                "--list",
                "gemv");
    }

    @Test
    void whatIsNoOperatorOrShapeIsRefused() {
        refused("operator 'gemm': expected one of matmul, ", "tune", "--list", "gemm");
        refused(
                "shape '3x0x4' of matmul: expected MxKxN, such as 384x768x768",
                "tune",
                "--list",
                "matmul",
                "--shape",
                "3x0x4");
        refused("a tensor of shape [999999, 999999]", "tune", "--list", "sum", "--shape", "999999x999999");
    }

    @Test
    void optionsThatMeanNothingAreRefused() throws IOException {
        model();
        refused("--shape: expected only with what it is of", "tune", "m.onnx", "--shape", "3x4");
        refused("--shape: expected only with what it is of", "tune", "--export", "f.jsonl", "--shape", "3x4");
        refused("--dim: expected only with what it is of", "tune", "--op", "gemv", "--dim", "rows=3");
        refused("--dim: expected only with what it is of", "tune", "--list", "gemv", "--dim", "rows=3");
        refused("--input: expected only with what it is of", "tune", "--op", "gemv", "--input", "x=2xf32=1");
        for (String option : List.of("--budget=5s", "--most=3", "--search=random", "--seed=2")) {
            String name = option.substring(0, option.indexOf('='));
            String message = name + ": expected only with what it is of, the timing of candidates";
            refused(message, "tune", "--list", "gemv", option);
            refused(message, "tune", "--export", "f.jsonl", option);
            refused(message, "tune", "--import", "f.jsonl", option);
        }
        for (String option : List.of("--device=cpu", "--threads=1", "--json")) {
            String name = option.contains("=") ? option.substring(0, option.indexOf('=')) : option;
            String message = name + ": expected only with what it is of, kernels";
            refused(message, "tune", "--export", "f.jsonl", option);
            refused(message, "tune", "--import", "f.jsonl", option);
        }
        refused("--records: expected only with what it is of", "tune", "--list", "gemv", "--records", "f.jsonl");
        refused("--threads 100000: expected at most ", "tune", "--op", "gemv", "--threads", "100000");
        refused("--threads 100000: expected at most ", "tune", "m.onnx", "--threads", "100000");
        refused("--threads 100000: expected at most ", "explain", "m.onnx", "--threads", "100000");
    }

    @Test
    void whatIsMissingIsSaidBeforeTheMachineIsMeasured() throws IOException {
        String missing = folder.resolve("nope.onnx") + ": there is no such file";
        refused(missing, "tune", "nope.onnx", "--records", "mine.jsonl");
        refused(missing, "explain", "nope.onnx", "--records", "mine.jsonl");
        model();
        refused("--records: expected a file for what is found", "tune", "m.onnx");
        refused("--records: expected a file for what is found", "tune", "--op", "gemv");
        refused("--records: expected a file for what is found", "tune", "--export", "out.jsonl");
        try (var files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("m.onnx")), files.toList(), "nothing is measured, and nothing kept");
        }
    }

    @Test
    void peaksThatCanBeNeitherReadNorKeptAreNoFault() throws IOException {
        Path peaks = Files.createDirectories(folder.resolve("cache")).resolve("machine-peaks.tsv");
        Files.write(peaks, new byte[] {(byte) 0xff, (byte) 0xfe, '\t', '1', '\t', '1', '\n'});
        String[] tune = {
            "tune", "--op", "sum", "--shape", "64x128", "--budget", "60m", "--most", "1", "--records", "mine.jsonl"
        };
        CommandRun run = CommandRun.in(folder, machine.measuring(), tune);
        assertEquals(ExitStatus.OK, run.status(), run.err());
        Files.delete(peaks);
        Files.delete(folder.resolve("cache"));
        Files.createFile(folder.resolve("cache"));
        run = CommandRun.in(folder, machine.measuring(), tune);
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("1 of "), run.out());
    }

    private CommandRun sweep() {
        CommandRun run = CommandRun.in(
                folder,
                machine.measuring(),
                "tune",
                "--op=matmul",
                "--shape=8x16x32",
                "--search=random",
                "--untried",
                "--most=4",
                "--budget=60m",
                "--records=mine.jsonl");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        return run;
    }

    @Test
    void aSweepIsDoneInSeveralRunsAndReplayed() throws IOException {
        refused(
                folder.resolve("mine.jsonl") + ": expected times of candidates for matmul 8x16x32",
                "tune",
                "--replay=matmul",
                "--shape=8x16x32",
                "--records=mine.jsonl");
        sweep();
        sweep();
        List<String> schedules = new TuningRecords(folder.resolve("mine.jsonl"))
                .read().stream()
                        .filter(one -> one.status() == TrialOutcome.TrialStatus.MEASURED)
                        .map(TuningRecord::schedule)
                        .toList();
        assertEquals(8, schedules.size(), "four of each run");
        assertEquals(7, new HashSet<>(schedules).size(), "the default of each, else none twice");
        String[] replay = {"tune", "--replay=matmul", "--shape=8x16x32", "--records=mine.jsonl"};
        CommandRun text = CommandRun.in(folder, machine.measuring(), replay);
        assertEquals(ExitStatus.OK, text.status(), text.err());
        assertTrue(text.out().contains(": 7 of "), text.out());
        List<String> arguments = new ArrayList<>(List.of(replay));
        arguments.addAll(List.of("--json", "--seed=3"));
        CommandRun run = CommandRun.in(folder, machine.measuring(), arguments.toArray(String[]::new));
        Map<?, ?> found = (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("replay.json"), run.out()));
        double least = (double) found.get("fastest_of_default");
        assertTrue(least >= 0.5 && least < 0.501, run.out());
        List<?> searches = (List<?>) found.get("searches");
        Map<?, ?> usual = (Map<?, ?>) searches.getFirst();
        assertEquals("the default", usual.get("search"));
        assertEquals(1 / least - 1, (double) usual.get("median_regret"), 1e-9);
        searches.stream()
                .map(one -> (Map<?, ?>) one)
                .filter(one -> List.of("random", "bayesian").contains(one.get("search")))
                .forEach(one -> assertEquals(0.0, one.get("worst_regret"), "16 of 7 are all: " + run.out()));
        refused("--most: expected only with what it is of", "tune", "--replay=matmul", "--most=3");
        CommandRun.in(
                folder,
                machine.measuring(),
                "tune",
                "--op=matmul",
                "--shape=8x16x48",
                "--budget=60m",
                "--records=mine.jsonl");
        CommandRun all = CommandRun.in(folder, machine.measuring(), "tune", "--replay=matmul", "--records=mine.jsonl");
        assertEquals(3, all.out().split("warm start").length - 1, "of each shape, and over both: " + all.out());
        assertTrue(all.out().contains("median of medians %"), all.out());
    }

    /** Nothing can be written beside a folder that stands where the lock is to be. */
    private void lockOut() {
        try {
            Files.delete(folder.resolve("mine.jsonl.lock"));
            Files.createDirectory(folder.resolve("mine.jsonl.lock"));
        } catch (IOException there) {
            assertTrue(Files.isDirectory(folder.resolve("mine.jsonl.lock")), there::toString);
        }
    }

    @Test
    void whatCannotBeRecordedIsShown() throws IOException {
        MadeUpMachine locked = new MadeUpMachine(this::lockOut);
        String[] operator = {"--op", "sum", "--shape", "64x128"};
        unrecorded(locked, "2 of ", "2 records", operator);
        Files.delete(folder.resolve("mine.jsonl.lock"));
        model();
        unrecorded(locked, " of 2 kernels tuned in ", "4 records", "m.onnx", "--dim", "rows=8");
        Files.delete(folder.resolve("mine.jsonl.lock"));
        CommandRun json = unrecorded(locked, "\"best_ms\"", "2 records", "--op", "sum", "--json");
        assertTrue(json.out().strip().endsWith("}"), json.out());
    }

    private CommandRun unrecorded(MadeUpMachine locked, String shown, String lost, String... what) {
        List<String> arguments = new ArrayList<>(List.of("tune"));
        arguments.addAll(List.of(what));
        arguments.addAll(List.of("--budget", "60m", "--most", "2", "--records", "mine.jsonl"));
        CommandRun run = CommandRun.in(folder, locked.measuring(), arguments.toArray(String[]::new));
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
        assertTrue(run.out().contains(shown), run.out());
        assertFalse(run.out().contains("Recorded in"), run.out());
        List<String> failures =
                run.err().lines().filter(line -> line.contains("mine.jsonl")).toList();
        assertEquals(1, failures.size(), run.err());
        assertTrue(
                failures.getFirst().startsWith("quern: " + lost + " of what was found could not be kept"), run.err());
        assertEquals(failures.getFirst(), run.err().lines().toList().getLast());
        return run;
    }

    private void refused(String message, String... arguments) {
        CommandRun run = CommandRun.in(folder, machine.measuring(), arguments);
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.out());
        assertTrue(run.err().startsWith("quern: " + message), run.err());
    }
}
