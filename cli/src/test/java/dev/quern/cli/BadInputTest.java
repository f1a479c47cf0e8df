package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.WireWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file or a command line holds, its fault is one line and status 2, and memory is what is there, not what is claimed. */
class BadInputTest {
    private static final long TERA = 1_000_000_000_000L;

    @TempDir
    Path folder;

    private static OnnxBuilder model() {
        return new OnnxBuilder()
                .input("x", DType.F32, "batch", 3)
                .initializer("w", Tensor.of(new float[300], 3, 100))
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, "batch", 100);
    }

    private void refused(byte[] model, String part, String... inputs) throws IOException {
        Files.write(folder.resolve("m.onnx"), model);
        refused(part, inputs);
    }

    private void refused(String part, String... inputs) {
        List<String> command = new ArrayList<>(List.of("run", "m.onnx"));
        for (String input : inputs) {
            command.add("--input");
            command.add(input);
        }
        refused(part, CommandRun.in(folder, command.toArray(String[]::new)));
    }

    private static void refused(String part, CommandRun run) {
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("quern: "), run.err());
        assertTrue(run.err().contains(part), run.err());
        assertEquals("", run.out());
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
    }

    @Test
    void truncatedModel() throws IOException {
        byte[] whole = model().build();
        for (int length = 0; length < whole.length; length += 37) {
            refused(Arrays.copyOf(whole, length), "m.onnx: at byte ", "x=1x3xf32=1");
        }
        refused(Arrays.copyOf(whole, whole.length - 1), "m.onnx: at byte ", "x=1x3xf32=1");
    }

    @Test
    void randomBytes() throws IOException {
        for (long seed = 1; seed <= 5; seed++) {
            byte[] noise = new byte[1 << 20];
            new Random(seed).nextBytes(noise);
            refused(noise, "m.onnx");
        }
    }

    @Test
    void inputOfAnotherShape() throws IOException {
        refused(model().build(), "x", "x=1x4xf32=1");
        refused("x", "x=3xf32=1");
        refused("x", "x=1x3xf64=1");
        refused("x", "x=1x3xf33=1");
        refused("x", "x=1x3xf32=1,2");
        refused("x", "x=" + TERA + "x3xf32=1");
        refused("none.npy", "x=@none.npy");
    }

    @Test
    void unknownOperator() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, 3)
                .node("Frobnicate", List.of("x"), List.of("y"))
                .output("y", DType.F32, 3)
                .build();
        refused(model, "Frobnicate", "x=3xf32=1");
    }

    @Test
    void externalDataOutsideTheFolder() throws IOException {
        Path secret = Files.write(folder.resolve("secret"), new byte[12]);
        Path inner = Files.createDirectory(folder.resolve("inner"));
        for (String location : List.of("../secret", secret.toString(), "a/../../secret")) {
            Files.write(inner.resolve("m.onnx"), external(location));
            refused(location, CommandRun.in(folder, "run", "inner/m.onnx", "--input", "x=3xf32=1"));
        }
    }

    private static byte[] external(String location) {
        WireWriter weights = new WireWriter()
                .packed(1, 3L)
                .integer(2, 1)
                .text(8, "w")
                .message(13, new WireWriter().text(1, "location").text(2, location))
                .integer(14, 1);
        WireWriter node =
                new WireWriter().text(1, "x").text(1, "w").text(2, "y").text(4, "Add");
        return file(new WireWriter()
                .message(1, node)
                .message(5, weights)
                .message(11, value("x", 1, 3))
                .message(12, value("y", 1, 3)));
    }

    @Test
    void shapesOfATrillionElements() throws IOException {
        byte[] filled = new OnnxBuilder()
                .input("x", DType.F32, 1)
                .initializer("shape", Tensor.of(new long[] {TERA}, 1))
                .node("ConstantOfShape", List.of("shape"), List.of("zeros"))
                .node("Add", List.of("x", "zeros"), List.of("y"))
                .output("y", DType.F32, TERA)
                .build();
        refused(filled, "value 'y'", "x=1xf32=1");
        byte[] expanded = new OnnxBuilder()
                .input("x", DType.F32, 1)
                .input("shape", DType.I64, 1)
                .node("Expand", List.of("x", "shape"), List.of("y"))
                .output("y", DType.F32, "n")
                .build();
        refused(expanded, "'Expand_0' (Expand)", "x=1xf32=1", "shape=1xi64=" + TERA);
        byte[] ranged = new OnnxBuilder()
                .input("limit", DType.I64)
                .initializer("zero", Tensor.of(new long[] {0}))
                .initializer("one", Tensor.of(new long[] {1}))
                .node("Range", List.of("zero", "limit", "one"), List.of("y"))
                .output("y", DType.I64, "n")
                .build();
        refused(ranged, "'Range_0' (Range)", "limit=i64=" + TERA);
        byte[] taken = new OnnxBuilder()
                .input("x", DType.F32, TERA)
                .node("Relu", List.of("x"), List.of("y"))
                .output("y", DType.F32, TERA)
                .build();
        refused(taken, "x", "x=1xf32=1");
        refused("x");
        refused("x", "x=" + TERA + "xf32=1");
    }

    @Test
    void deepNesting() throws IOException {
        WireWriter type = new WireWriter().integer(1, 1);
        for (int depth = 0; depth < 1000; depth++) {
            type = new WireWriter().message(4, new WireWriter().message(1, type));
        }
        WireWriter input = new WireWriter().text(1, "x").message(2, type);
        refused(new WireWriter().message(7, new WireWriter().message(11, input)).toBytes(), "nested");
        refused(nested(1000), "nested", "x=3xf32=1", "c=bool=1");
    }

    /** As deep as a file may be, so that what comes after reading it meets the nesting too. */
    @Test
    void nestingThatTheReaderTakes() throws IOException {
        Files.write(folder.resolve("m.onnx"), nested(60));
        CommandRun run = CommandRun.in(folder, "run", "m.onnx", "--input", "x=3xf32=1", "--input", "c=bool=true");
        assertEquals(0, run.status(), run.err());
    }

    private static byte[] nested(int depth) {
        WireWriter then = node("Relu", "x", "y0");
        for (int level = 1; level <= depth; level++) {
            then = node("If", "c", "y" + level)
                    .message(5, branch("then_branch", then, "y" + (level - 1)))
                    .message(5, branch("else_branch", node("Neg", "x", "n"), "n"));
        }
        return file(new WireWriter()
                .message(1, then)
                .message(11, value("x", 1, 3))
                .message(11, value("c", 9))
                .message(12, value("y" + depth, 1, 3)));
    }

    private static WireWriter node(String type, String operand, String result) {
        return new WireWriter().text(1, operand).text(2, result).text(4, type);
    }

    private static WireWriter branch(String attribute, WireWriter node, String output) {
        WireWriter graph = new WireWriter().message(1, node).message(12, new WireWriter().text(1, output));
        return new WireWriter().text(1, attribute).message(6, graph).integer(20, 5);
    }

    private static WireWriter value(String name, int dtype, long... extents) {
        WireWriter shape = new WireWriter();
        for (long extent : extents) {
            shape.message(1, new WireWriter().integer(1, extent));
        }
        WireWriter tensor = new WireWriter().integer(1, dtype).message(2, shape);
        return new WireWriter().text(1, name).message(2, new WireWriter().message(1, tensor));
    }

    private static byte[] file(WireWriter graph) {
        return new WireWriter()
                .integer(1, 10)
                .message(7, graph)
                .message(8, new WireWriter().integer(2, 21))
                .toBytes();
    }

    @Test
    void aProcessEndsAlike() throws Exception {
        byte[] whole = model().build();
        Files.write(folder.resolve("m.onnx"), Arrays.copyOf(whole, whole.length / 2));
        refused("m.onnx", forked("inspect", "m.onnx"));
        Files.write(folder.resolve("m.onnx"), whole);
        refused("x", forked("run", "m.onnx", "--input", "x=1x4xf32=1"));
    }

    private CommandRun forked(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Dquern.cache=off",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        int status = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(err)
                .start()
                .waitFor();
        CommandRun run = new CommandRun(
                status,
                Files.readString(out.toPath(), StandardCharsets.UTF_8),
                Files.readString(err.toPath(), StandardCharsets.UTF_8));
        return run;
    }
}
