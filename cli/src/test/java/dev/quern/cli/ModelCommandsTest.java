package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.text.Parser;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that compile a small model. */
class ModelCommandsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "batch", 3)
                .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .node("MatMul", List.of("x", "w"), List.of("h"))
                .node("Relu", List.of("h"), List.of("y"))
                .output("y", DType.F32, "batch", 2)
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    private void refused(String message, String... arguments) {
        CommandRun run = CommandRun.in(folder, arguments);
        assertEquals("quern: " + message + System.lineSeparator(), run.err());
        assertEquals(ExitStatus.BAD_INPUT, run.status());
    }

    @Test
    void runShowsOutputsAndWritesThem() {
        CommandRun run =
                CommandRun.in(folder, "run", "m.onnx", "--input", "x=2x3xf32=1,1,1,-1,-1,-1", "--output", "y=y.npy");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("[2, 2]  0.0000  12.000  5.2500  9.0, 12.0, 0.0, 0.0"), run.out());
        assertArrayEquals(
                new float[] {9, 12, 0, 0},
                TensorFiles.read(folder.resolve("y.npy")).toFloatArray());
    }

    @Test
    void runPrintsJson() {
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--input", "x=1x3xf32=1", "--json");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("\"elements\" : [ 9.0, 12.0 ]"), run.out());
    }

    @Test
    void inputsAndOutputsMustBeTheModels() {
        refused("x: expected a value for this input; give --input 'x=1x3xf32=1'", "run", "m.onnx");
        refused(
                "z: the model has no such input; its inputs are [x: f32[batch, 3]]",
                "run",
                "m.onnx",
                "--input",
                "z=f32=1");
        refused(
                "z: the model has no such output; its outputs are [y: f32[batch, 2]]",
                "run",
                "m.onnx",
                "--output",
                "z=z.npy");
    }

    @Test
    void dimensionsMustBeTheModels() {
        refused("b: no input has such an axis; the symbolic axes are [batch]", "check", "m.onnx", "--dim", "b=2");
        refused("batch: expected an extent of at least 0, found -1", "check", "m.onnx", "--dim", "batch=-1");
    }

    @Test
    void checkComparesWithTheInterpreter() {
        CommandRun run = CommandRun.in(folder, "check", "m.onnx", "--peer", "interpreter", "--dim", "batch=5");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("input x: f32[5, 3]"), run.out());
        String last = run.out().lines().toList().getLast();
        assertTrue(last.startsWith("agrees with the reference interpreter: largest error "), last);
    }

    @Test
    void checkSaysThatAPeerIsNotThere() throws IOException {
        Path cache = Files.writeString(folder.resolve("cache"), "a file where the cache's folder would be");
        CommandRun run = CommandRun.in(folder, "check", "m.onnx");
        assertTrue(Files.isRegularFile(cache));
        assertEquals(ExitStatus.NO_PEER, run.status());
        assertTrue(run.err().startsWith("quern: ONNX Runtime "), run.err());
        assertTrue(run.err().contains("is not available"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void dumpPrintsWhatTheParserReads() throws IOException {
        for (String stage : List.of("fused", "kernels")) {
            CommandRun run = CommandRun.in(folder, "dump", "m.onnx", "--stage", stage, "--out", stage);
            assertEquals(0, run.status(), run.err());
            try (Stream<Path> files = Files.list(folder.resolve(stage))) {
                for (Path file : files.toList()) {
                    String text = Files.readString(file);
                    assertTrue(text.startsWith("// step "), text);
                    Parser.parseKernel(text);
                }
            }
        }
        for (String stage : List.of("imported", "graph")) {
            CommandRun run = CommandRun.in(folder, "dump", "m.onnx", "--stage", stage);
            assertEquals(0, run.status(), run.err());
            assertTrue(run.out().startsWith("graph "), run.out());
        }
    }

    @Test
    void dumpDisassemblesCode() throws IOException {
        CommandRun printed = CommandRun.in(folder, "dump", "m.onnx", "--stage", "bytecode");
        assertEquals(0, printed.status(), printed.err());
        assertTrue(printed.out().contains("return"), printed.out());
        CommandRun written = CommandRun.in(folder, "dump", "m.onnx", "--stage", "bytecode", "--out", "code");
        assertEquals(0, written.status(), written.err());
        try (Stream<Path> files = Files.list(folder.resolve("code"))) {
            assertTrue(files.allMatch(file -> file.toString().endsWith(".class")));
        }
    }
}
