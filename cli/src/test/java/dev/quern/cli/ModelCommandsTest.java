package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.text.Parser;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
    void compileWritesAFileThatRuns() throws IOException {
        String before =
                System.setProperty("quern.cache", folder.resolve("cache").toString());
        try {
            CommandRun compiled = CommandRun.in(folder, "compile", "m.onnx", "--threads", "1");
            assertEquals(0, compiled.status(), compiled.err());
            assertTrue(compiled.out().contains("m.qar"), compiled.out());
            Files.delete(folder.resolve("m.onnx"));
            CommandRun run = CommandRun.in(folder, "run", "m.qar", "--threads", "1", "--input", "x=1x3xf32=1,1,1");
            assertEquals(0, run.status(), run.err());
            assertTrue(run.out().contains("9.0, 12.0"), run.out());
            CommandRun inspected = CommandRun.in(folder, "inspect", "m.qar");
            assertEquals(0, inspected.status(), inspected.err());
            assertTrue(inspected.out().contains("MatMul"), inspected.out());
            CommandRun checked = CommandRun.in(folder, "check", "m.qar", "--input", "x=1x3xf32=1,1,1");
            assertEquals(0, checked.status(), checked.err());
            CommandRun interpreted = CommandRun.in(folder, "check", "m.qar", "--peer", "interpreter");
            assertEquals(0, interpreted.status(), interpreted.err());
            CommandRun verified = CommandRun.in(folder, "verify", "m.qar");
            assertEquals(0, verified.status(), verified.err());
            assertTrue(verified.out().contains("by this user on this machine"), verified.out());
            CommandRun json = CommandRun.in(folder, "verify", "m.qar", "--json");
            assertTrue(json.out().contains("\"own\" : true"), json.out());
            byte[] damaged = Files.readAllBytes(folder.resolve("m.qar"));
            damaged[damaged.length / 2] ^= 1;
            Files.write(folder.resolve("m.qar"), damaged);
            assertEquals(
                    ExitStatus.BAD_INPUT,
                    CommandRun.in(folder, "verify", "m.qar").status());
        } finally {
            System.setProperty("quern.cache", before);
        }
    }

    @Test
    void compileLeavesConvolutionsAsTheyAreIfAskedTo() throws IOException {
        float[] weights = new float[32 * 32 * 9];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.sin(i);
        }
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, 1, 32, 160, 160)
                .initializer("w", Tensor.of(weights, 32, 32, 3, 3))
                .node("Conv", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, 1, 32, 158, 158)
                .build();
        Files.write(folder.resolve("c.onnx"), model);
        String before =
                System.setProperty("quern.cache", folder.resolve("cache").toString());
        try {
            CommandRun filtered = CommandRun.in(folder, "compile", "c.onnx", "-o", "w.qar");
            assertEquals(0, filtered.status(), filtered.err());
            CommandRun defined = CommandRun.in(folder, "compile", "c.onnx", "-o", "d.qar", "--no-winograd");
            assertEquals(0, defined.status(), defined.err());
        } finally {
            System.setProperty("quern.cache", before);
        }
        assertTrue(mentions("w.qar", "kernel winograd_"));
        assertFalse(mentions("d.qar", "kernel winograd_"));
    }

    @Test
    void compileKeepsWhatSizesNeed() throws IOException {
        String before =
                System.setProperty("quern.cache", folder.resolve("cache").toString());
        try {
            CommandRun all = CommandRun.in(folder, "compile", "m.onnx", "--threads", "1", "-o", "a.qar");
            assertEquals(0, all.status(), all.err());
            CommandRun some =
                    CommandRun.in(folder, "compile", "m.onnx", "--threads", "1", "-o", "s.qar", "--dim", "batch=1,64");
            assertEquals(0, some.status(), some.err());
            assertTrue(kernels("s.qar") > kernels("a.qar"), kernels("s.qar") + " and " + kernels("a.qar"));
            refused(
                    "rows: there is no symbolic axis of that name; there are [batch]",
                    "compile",
                    "m.onnx",
                    "--dim",
                    "rows=1");
            refused("z: there is no input of that name; there are [x]", "compile", "m.onnx", "--input", "z=1");
            refused(
                    "batch: expected extents such as 32 or 32,128, found 'many'",
                    "compile",
                    "m.onnx",
                    "--dim",
                    "batch=many");
        } finally {
            System.setProperty("quern.cache", before);
        }
    }

    private long kernels(String archive) throws IOException {
        try (ZipFile zip = new ZipFile(folder.resolve(archive).toFile())) {
            return zip.stream()
                    .filter(entry -> entry.getName().startsWith("kernels/"))
                    .count();
        }
    }

    private boolean mentions(String archive, String word) throws IOException {
        try (ZipFile zip = new ZipFile(folder.resolve(archive).toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
                if (text.contains(word)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void verifyRefusesWhatIsNoCompiledModel() {
        CommandRun run = CommandRun.in(folder, "verify", "m.onnx");
        assertEquals(ExitStatus.BAD_INPUT, run.status());
        assertTrue(run.err().contains("expected a file written by 'quern compile'"), run.err());
    }

    @Test
    void inspectShowsHowLongPartsTook() {
        CommandRun run = CommandRun.in(folder, "inspect", "m.onnx", "--timings");
        assertEquals(0, run.status(), run.err());
        for (String part : List.of("import", "pass", "lower", "schedule", "memory", "code", "constants", "all")) {
            assertTrue(
                    Pattern.compile("(?m)^" + part + " +\\d+ +\\d+\\.\\d$")
                            .matcher(run.out())
                            .find(),
                    part + " in " + run.out());
        }
        assertTrue(run.out().contains("remove-dead-nodes"), run.out());
        CommandRun json = CommandRun.in(folder, "inspect", "m.onnx", "--timings", "--json");
        assertTrue(json.out().contains("\"part\" : \"schedule\""), json.out());
        refused(
                "--timings: expected one of --memory and --timings, found both; leave one out",
                "inspect",
                "m.onnx",
                "--memory",
                "--timings");
    }

    @Test
    void inspectShowsWhereValuesLie() throws IOException {
        byte[] cache = new OnnxBuilder()
                .opset(24)
                .input("past", DType.F32, 2, "time", 4)
                .input("row", DType.F32, 2, 1, 4)
                .input("at", DType.I64, 2)
                .node("TensorScatter", List.of("past", "row", "at"), List.of("present"))
                .node("Softmax", List.of("present"), List.of("s"))
                .node("MatMul", List.of("s", "w"), List.of("y"))
                .initializer("w", Tensor.of(new float[16], 4, 4))
                .output("present", DType.F32, 2, "time", 4)
                .output("y", DType.F32, 2, "time", 4)
                .build();
        Files.write(folder.resolve("cache.onnx"), cache);
        CommandRun run = CommandRun.in(folder, "inspect", "cache.onnx", "--memory", "--dim", "time=8");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("the result's, or that of past if it is given away"), run.out());
        assertTrue(
                Pattern.compile("past +f32 +64 +256 +the caller's +start to 1")
                        .matcher(run.out())
                        .find(),
                run.out());
        assertTrue(Pattern.compile("arena of f32 +256").matcher(run.out()).find(), run.out());
        CommandRun symbolic = CommandRun.in(folder, "inspect", "cache.onnx", "--memory", "--json");
        assertEquals(0, symbolic.status(), symbolic.err());
        assertTrue(symbolic.out().contains("\"bytes\" : \"32*time\""), symbolic.out());
        refused(
                "--dim tim: expected an extent of at least 0 for one of [time], found 8",
                "inspect",
                "cache.onnx",
                "--memory",
                "--dim",
                "tim=8");
        refused(
                "--dim: sizes are shown with --memory alone; add --memory, or leave --dim out",
                "inspect",
                "cache.onnx",
                "--dim",
                "time=8");
    }

    @Test
    void runPrintsJson() {
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--input", "x=1x3xf32=1", "--json");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("\"elements\" : [ 9.0, 12.0 ]"), run.out());
    }

    @Test
    void inputsAndOutputsMustBeTheModels() {
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
        CommandRun run = CommandRun.in(folder, "check", "m.onnx", "--input", "x=1x3xf32=1");
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
    void dumpSaysWhatThePassesDid() throws IOException {
        byte[] model = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .initializer("one", Tensor.of(new float[] {1}))
                .node("Mul", List.of("x", "one"), List.of("same"))
                .node("Tanh", List.of("same"), List.of("y"))
                .output("y")
                .build();
        Files.write(folder.resolve("times-one.onnx"), model);
        CommandRun run = CommandRun.in(folder, "dump", "times-one.onnx", "--stage", "rewrites");
        assertEquals(0, run.status(), run.err());
        assertTrue(
                run.out().lines().anyMatch(line -> line.matches("simplify-nodes +x \\* 1 = 1 \\* x = x +.*\\(Mul\\)")),
                run.out());
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

    @Test
    void runDrawsInputsThatAreNotGiven() {
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--seed", "7", "--dim", "batch=2", "--json");
        assertEquals(0, run.status(), run.err());
        assertEquals("quern: input x is random: f32[2, 3], seed 7\n", run.err());
        CommandRun same =
                CommandRun.in(folder, "run", "m.onnx", "--input", "x=2x3xf32=random:7", "--json", "--max-memory", "1m");
        assertEquals(elements(same), elements(run));
    }

    private static String elements(CommandRun run) {
        return run.out()
                .lines()
                .filter(line -> line.contains("elements"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void runRepeats() {
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--input", "x=1x3xf32=1", "--repeat", "4");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().lines().toList().getLast().contains("; 3 more: fastest "), run.out());
        CommandRun json = CommandRun.in(folder, "run", "m.onnx", "--input", "x=1x3xf32=1", "--repeat", "4", "--json");
        assertTrue(
                Pattern.compile("\"runs\" : \\[( [0-9.E-]+,?){4} ]")
                        .matcher(json.out())
                        .find(),
                json.out());
        CommandRun warm =
                CommandRun.in(folder, "run", "m.onnx", "--input", "x=1x3xf32=1", "--repeat", "2", "--warm-up");
        assertEquals(0, warm.status(), warm.err());
        assertTrue(warm.out().lines().toList().getLast().contains("; 1 more: fastest "), warm.out());
        refused("--repeat: expected at least 1, found 0", "run", "m.onnx", "--repeat", "0");
    }

    @Test
    void runRefusesWhatNeedsMoreMemory() {
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--input", "x=9999x3xf32=1", "--max-memory", "4k");
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
        assertTrue(run.err().contains("maxMemory"), run.err());
        refused(
                "Invalid value for option '--max-memory': expected a number of bytes, or 512k, 100m, 4g, found 'much'; see "
                        + "'quern run --help'",
                "run",
                "m.onnx",
                "--max-memory",
                "much");
    }

    @Test
    void checkPrintsJson() {
        CommandRun run = CommandRun.in(folder, "check", "m.onnx", "--peer", "interpreter", "--json");
        assertEquals(0, run.status(), run.err());
        for (String part : List.of(
                "\"agrees\" : true,\n  \"rule\" : \"plain\",",
                "\"name\" : \"x\",\n    \"type\" : \"f32\",\n    \"shape\" : [ 1, 3 ]",
                "\"name\" : \"y\",\n    \"agrees\" : true,\n    \"largestError\" : ")) {
            assertTrue(run.out().contains(part), run.out());
        }
    }

    @Test
    void dumpPrintsJson() {
        CommandRun run = CommandRun.in(folder, "dump", "m.onnx", "--stage", "imported", "--json");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("{\n  \"stage\" : \"imported\","), run.out());
        assertTrue(run.out().contains("\"file\" : \"imported.qir\",\n    \"text\" : \"graph "), run.out());
    }

    @Test
    void jsonHasElementsOfEveryType() throws IOException {
        OnnxBuilder model = new OnnxBuilder();
        List<String> types = List.of("f8e4m3fn", "f8e5m2", "i4", "u4", "bool", "i64", "f16");
        for (String type : types) {
            DType dtype = DType.of(type);
            model.input(type, dtype, 3).node("Identity", List.of(type), List.of(type + "_out"));
            model.output(type + "_out", dtype, 3);
        }
        Files.write(folder.resolve("types.onnx"), model.build());
        List<String> command = new ArrayList<>(List.of("run", "types.onnx", "--json"));
        for (String type : types) {
            String values = type.equals("f16") ? "NaN,-Infinity,0.5" : "1,0,1";
            command.addAll(List.of("--input", type + "=3x" + type + "=" + values));
        }
        CommandRun run = CommandRun.in(folder, command.toArray(String[]::new));
        assertEquals(0, run.status(), run.err());
        assertEquals(2, run.out().split("\\[ 1.0, 0.0, 1.0 ]", -1).length - 1, run.out());
        assertEquals(3, run.out().split("\\[ 1, 0, 1 ]", -1).length - 1, run.out());
        assertTrue(run.out().contains("[ true, false, true ]"), run.out());
        assertTrue(run.out().contains("[ \"NaN\", \"-Infinity\", 0.5 ]"), run.out());
    }
}
