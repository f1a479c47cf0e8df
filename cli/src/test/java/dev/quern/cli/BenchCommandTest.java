package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.bench.BenchCase;
import dev.quern.cli.bench.Contender;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    /** As little as can be measured. */
    private static final List<String> QUICK =
            List.of("--peer", "none", "--isolate", "1", "--warm-up", "0", "--time", "0", "--tries", "1");

    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "batch", "width")
                .input("bias", DType.F32)
                .node("Add", List.of("x", "bias"), List.of("h"))
                .node("Relu", List.of("h"), List.of("y"))
                .output("y", DType.F32, "batch", "width")
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    private CommandRun bench(String... arguments) {
        List<String> words = new ArrayList<>(List.of("bench"));
        words.addAll(Arrays.asList(arguments));
        return CommandRun.in(folder, words.toArray(String[]::new));
    }

    private CommandRun quick(String... arguments) {
        List<String> words = new ArrayList<>(QUICK);
        words.addAll(Arrays.asList(arguments));
        return bench(words.toArray(String[]::new));
    }

    private void refused(String message, String... arguments) {
        CommandRun run = bench(arguments);
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
        assertTrue(run.err().contains(message), run.err());
        assertEquals("", run.out());
    }

    @Test
    void helpIsFormatted() {
        CommandRun run = bench("--help");
        assertEquals(0, run.status());
        assertTrue(run.out().contains("reach 80 % of the machine"), run.out());
    }

    @Test
    void refusesWhatMakesNoSense() {
        refused("expected a MODEL, or --cases");
        refused("expected one of [ort, none]", "m.onnx", "--peer", "interpreter");
        refused("--isolate: expected at least 1, found 0", "m.onnx", "--isolate", "0");
        refused("--threads: expected at least 1, found 0", "m.onnx", "--threads", "1,0");
        refused("z: there is no input of that name; there are [x, bias]", "m.onnx", "--input", "z=1");
        refused("z: there is no symbolic axis of that name", "m.onnx", "--dim", "z=1");
        refused("width: expected extents such as 32 or 32,128, found 'a'", "m.onnx", "--dim", "width=a");
        refused("none.json: cannot be read", "m.onnx", "--against", "none.json");
        refused("none.jar: there is no such file", "m.onnx", "--old", "none.jar");
        refused("none.txt: cannot be read", "--cases", "none.txt");
    }

    @Test
    void aCaseIsAModelAtEachShapeOnEachNumberOfThreads() throws IOException {
        Files.writeString(folder.resolve("cases.txt"), """
                # a remark
                m.onnx --name "the model" --dim batch=2,3 --dim width=4,5 --input bias=f32=0.5

                m.onnx --input x=random:3:9
                """);
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
        Session session = new Session(nowhere, nowhere, folder, Map.of());
        List<BenchCase> cases = new BenchCases(session, List.of(1, 2), folder).ofFile(folder.resolve("cases.txt"));
        assertEquals(
                List.of(
                        "the model batch=2 width=4 1",
                        "the model batch=2 width=4 2",
                        "the model batch=2 width=5 1",
                        "the model batch=2 width=5 2",
                        "the model batch=3 width=4 1",
                        "the model batch=3 width=4 2",
                        "the model batch=3 width=5 1",
                        "the model batch=3 width=5 2",
                        "m batch=1 width=32 1",
                        "m batch=1 width=32 2"),
                cases.stream()
                        .map(one -> one.model() + " " + one.shape() + " " + one.threads())
                        .toList());
        Map<String, Tensor> inputs =
                dev.quern.cli.bench.worker.SavedInputs.read(cases.get(2).inputs());
        assertEquals("f32[2, 5]", inputs.get("x").toString());
        assertEquals(0.5f, inputs.get("bias").toFloatArray()[0]);
    }

    @Test
    void figuresAreSavedAndComparedWith() {
        CommandRun first = quick("m.onnx", "--threads", "1,2", "--dim", "width=7", "--save", "f.json");
        assertEquals(0, first.status(), first.err());
        assertTrue(first.out().contains("batch=1 width=7"), first.out());
        assertTrue(first.out().contains("m batch=1 width=7, threads 2:"), first.out());
        CommandRun again = quick("--against", "f.json", "--old", System.getProperty("java.class.path"), "--json");
        assertTrue(again.status() == ExitStatus.OK || again.status() == ExitStatus.DISAGREEMENT, again.err());
        assertTrue(again.out().contains("\"name\" : \"Quern, earlier\""), again.out());
        assertTrue(again.out().contains("\"interleaved\" : true"), again.out());
        assertTrue(again.out().contains("\"threads\" : 2"), again.out());
    }

    @Test
    void loadingIsMeasuredInFreshJvms() {
        CommandRun run = quick("m.onnx", "--load", "--json");
        assertEquals(0, run.status(), run.err());
        for (String contender : List.of(Contender.QUERN, Contender.KEPT)) {
            assertTrue(run.out().contains('"' + contender + '"'), run.out());
        }
        for (String field : List.of("load_ms", "first_answer_ms", "first_runs_ms", "to_steady_ms", "peak_resident")) {
            assertTrue(run.out().contains("\"" + field), run.out());
        }
    }
}
