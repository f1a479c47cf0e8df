package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {
    private static final String UNKNOWN = "node/test_unknown refused: node 'Frobnicate_0' (Frobnicate): operator";

    @TempDir
    Path folder;

    @BeforeEach
    void writeSuite() throws IOException {
        write("test_right", "Neg", Tensor.of(new float[] {-1, 2}, 2));
        write("test_wrong", "Neg", Tensor.of(new float[] {-1, 2.5f}, 2));
        write("test_unknown", "Frobnicate", Tensor.of(new float[] {-1, 2}, 2));
    }

    private void write(String name, String operator, Tensor expected) throws IOException {
        Path data = Files.createDirectories(folder.resolve("suite/node/" + name + "/test_data_set_0"));
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, 2)
                .node(operator, List.of("x"), List.of("y"))
                .output("y", DType.F32, 2)
                .build();
        Files.write(data.resolveSibling("model.onnx"), model);
        Files.write(data.resolve("input_0.pb"), OnnxWriter.toBytes("x", Tensor.of(new float[] {1, -2}, 2)));
        Files.write(data.resolve("output_0.pb"), OnnxWriter.toBytes("y", expected));
    }

    private CommandRun run(String... options) {
        List<String> command = new ArrayList<>(List.of("conformance", "suite", "--jobs", "1"));
        command.addAll(List.of(options));
        return CommandRun.in(folder, command.toArray(String[]::new));
    }

    @Test
    void printsFailuresAndCounts() {
        CommandRun run = run("--path", "interpreter");
        assertEquals(0, run.status(), run.err());
        assertTrue(
                run.out()
                        .startsWith(
                                "node/test_wrong failed: y differs in 1 of 2 elements, element 1 is 2.0, expected 2.5"),
                run.out());
        List<String> lines = run.out().lines().toList();
        assertEquals("Neg             2       1       1        0", lines.get(4), run.out());
        assertEquals("all       3       1       1        1", lines.getLast(), run.out());
    }

    @Test
    void standardOutputIsJsonAlone() throws IOException {
        CommandRun run = run("--json", "--only", "test_(right|wrong)");
        assertEquals(0, run.status(), run.err());
        String kind = "\"node\" : {\n    \"passed\" : 1,\n    \"failed\" : 1,\n    \"refused\" : 0\n  }";
        assertTrue(run.out().contains(kind), run.out());
        assertTrue(run.out().contains("\"name\" : \"test_right\",\n    \"outcome\" : \"passed\""), run.out());
        try (JsonParser json = new JsonFactory().createParser(run.out())) {
            json.nextToken();
            json.skipChildren();
            assertEquals(null, json.nextToken());
        }
    }

    @Test
    void outcomesAreRecordedAndExpected() throws IOException {
        assertEquals(0, run("--record", "known.txt").status());
        List<String> recorded = Files.readAllLines(folder.resolve("known.txt"));
        assertTrue(recorded.stream().anyMatch(line -> line.startsWith(UNKNOWN)), recorded.toString());
        CommandRun same = run("--expect", "known.txt");
        assertEquals(0, same.status(), same.err());
        write("test_right", "Neg", Tensor.of(new float[] {-1, 3}, 2));
        write("test_wrong", "Neg", Tensor.of(new float[] {-1, 2}, 2));
        CommandRun changed = run("--expect", "known.txt");
        assertEquals(ExitStatus.DISAGREEMENT, changed.status());
        assertTrue(changed.err().contains("node/test_right: expected passed, found failed (y differs"), changed.err());
        assertTrue(changed.err().contains("node/test_wrong: expected failed (y differs"), changed.err());
        assertTrue(changed.err().endsWith("quern: 2 tests ended other than known.txt says\n"), changed.err());
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        assertEquals(ExitStatus.BAD_INPUT, run("--only", "test_none").status());
        assertEquals(ExitStatus.BAD_INPUT, run("--expect", "absent.txt").status());
        Files.writeString(folder.resolve("known.txt"), "node/test_right\n");
        assertEquals(ExitStatus.BAD_INPUT, run("--expect", "known.txt").status());
        assertEquals(
                ExitStatus.BAD_INPUT,
                CommandRun.in(folder, "conformance", "absent").status());
    }
}
