package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.profile.TraceCheck;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
    @TempDir
    Path folder;

    /** A contraction of 64 by 96 by 32 and, on the host and unknown before it runs, where its result is not zero. */
    @BeforeEach
    void writeModel() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "rows", 96)
                .initializer("w", Tensor.of(new float[96 * 32], 96, 32))
                .node("MatMul", List.of("x", "w"), List.of("h"))
                .node("NonZero", List.of("h"), List.of("y"))
                .output("y", DType.I64, 2, "found")
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    private CommandRun profile(String... arguments) {
        List<String> words =
                new ArrayList<>(List.of("profile", "m.onnx", "--warm-up", "0", "--time", "0", "--dim", "rows=64"));
        words.addAll(List.of(arguments));
        return CommandRun.in(folder, words.toArray(String[]::new));
    }

    @Test
    void rowsAreWhatTheStepsTakeAndDo() throws IOException {
        CommandRun run = profile("--json", "--threads", "1");
        assertEquals(0, run.status(), run.err());
        List<Double> operations = numbers(run.out(), "operations");
        assertEquals(List.of(2.0 * 64 * 96 * 32), operations);
        assertEquals(List.of(4.0 * (64 * 96 + 96 * 32)), numbers(run.out(), "bytes_read"));
        assertEquals(List.of(4.0 * 64 * 32), numbers(run.out(), "bytes_written"));
        assertEquals(List.of(1.0), numbers(run.out(), "participants"));
        double sum = numbers(run.out(), "ms").stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        assertEquals(numbers(run.out(), "steps_ms").getFirst(), sum, 1e-9);
        assertTrue(sum > 0 && sum <= numbers(run.out(), "run_ms").getFirst(), run.out());
        assertEquals(
                sum / numbers(run.out(), "run_ms").getFirst(),
                numbers(run.out(), "share").stream()
                        .mapToDouble(Double::doubleValue)
                        .sum(),
                1e-9);
        assertTrue(run.out().contains("\"name\" : \"host "), run.out());
    }

    /** The values of every field called {@code name}. */
    private static List<Double> numbers(String text, String name) throws IOException {
        List<Double> numbers = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            while (json.nextToken() != null) {
                if (json.currentToken().isNumeric() && name.equals(json.currentName())) {
                    numbers.add(json.getDoubleValue());
                }
            }
        }
        return numbers;
    }

    @Test
    void theTableNamesKernelsAndHowTheyWereRun() {
        CommandRun run = profile("--threads", "2");
        assertEquals(0, run.status(), run.err());
        assertTrue(
                run.out().lines().anyMatch(line -> line.startsWith("contraction_") && line.contains(" x 1 ")),
                run.out());
        assertTrue(run.out().contains("The steps take "), run.out());
        assertTrue(run.out().contains(" GFLOP/s before and "), run.out());
    }

    @Test
    void theTraceIsWhatPerfettoTakes() throws IOException {
        CommandRun run = profile("--threads", "2", "--trace", "trace.json");
        assertEquals(0, run.status(), run.err());
        List<String> names = TraceCheck.names(folder.resolve("trace.json"));
        assertTrue(names.contains("run"), names.toString());
        assertTrue(names.stream().anyMatch(name -> name.startsWith("contraction_")), names.toString());
        assertTrue(names.contains("host NonZero"), names.toString());
        assertEquals(ExitStatus.BAD_INPUT, profile("--trace", "none/trace.json").status());
    }
}
