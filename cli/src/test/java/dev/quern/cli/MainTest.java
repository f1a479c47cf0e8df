package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    @TempDir
    Path folder;

    private void writeModel() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "batch", 3)
                .initializer("w", Tensor.of(new float[] {1, 2, 3}, 3))
                .node("Add", List.of("x", "w"), List.of("h"))
                .node("Add", List.of("h", "h"), List.of("y"))
                .output("y", DType.F32, "batch", 3)
                .build();
        Files.write(folder.resolve("m.onnx"), model);
    }

    private void refused(String message, String... arguments) {
        CommandRun run = CommandRun.in(folder, arguments);
        assertEquals("quern: " + message + System.lineSeparator(), run.err());
        assertEquals("", run.out());
        assertEquals(ExitStatus.BAD_INPUT, run.status());
    }

    @Test
    void badUseIsOneLineAndStatusTwo() throws IOException {
        Files.writeString(folder.resolve("empty.onnx"), "");
        refused("expected a command, such as 'run'; see 'quern --help'");
        refused("Unmatched argument at index 0: 'fly'; see 'quern --help'", "fly");
        refused("Missing required parameter: 'MODEL'; see 'quern run --help'", "run");
        refused("Unknown option: '--fast'; see 'quern inspect --help'", "inspect", "--fast", "m.onnx");
        refused(
                folder.resolve("none.onnx") + ": cannot be read (there is no such file); check the path",
                "inspect",
                "none.onnx");
        refused(
                folder.resolve("empty.onnx")
                        + ": at byte 0: expected an ONNX model, found no bytes; fetch the file again",
                "inspect",
                "empty.onnx");
        refused("maven:a:b: expected maven:GROUP:ARTIFACT:VERSION!/PATH, and perhaps #SHA256", "inspect", "maven:a:b");
        refused(
                "maven:a:-Dx:1!/m.onnx: expected maven:GROUP:ARTIFACT:VERSION!/PATH, and perhaps #SHA256",
                "inspect",
                "maven:a:-Dx:1!/m.onnx");
        refused(
                "maven:a:b:1!/../m.onnx: expected a path inside the jar, found ../m.onnx",
                "inspect",
                "maven:a:b:1!/../m.onnx");
        refused("expected a class or a .java file to run; see 'quern java --help'", "java");
    }

    @Test
    void inspectShowsWhatAFileHolds() throws IOException {
        writeModel();
        CommandRun run = CommandRun.in(folder, "inspect", "m.onnx");
        assertEquals(0, run.status(), run.err());
        for (String line : List.of(
                "format     ONNX IR 10, operators of ai.onnx 21",
                "constants  3 elements in 12 bytes",
                "x      f32[batch, 3]",
                "Add           2",
                "all           2")) {
            assertTrue(run.out().lines().anyMatch(line::equals), () -> line + " in\n" + run.out());
        }
    }

    @Test
    void inspectPrintsJson() throws IOException {
        writeModel();
        CommandRun run = CommandRun.in(folder, "inspect", "--json", "m.onnx");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("\"parameters\" : 3"), run.out());
        assertTrue(run.out().contains("\"name\" : \"x\",\n    \"type\" : \"f32[batch, 3]\""), run.out());
    }

    @Test
    void javaPrintsAClassPathThatHasQuernAndNotItsCommand() {
        CommandRun run = CommandRun.in(folder, "java", "-cp", "mine.jar", "--print-class-path");
        assertEquals(0, run.status(), run.err());
        String path = run.out().lines().toList().getLast();
        assertTrue(path.startsWith("mine.jar" + java.io.File.pathSeparator), path);
        assertFalse(path.contains("picocli"), path);
        assertTrue(path.contains("antlr4-runtime"), path);
    }

    @Test
    void javaLeavesTheProgramItsOptions() {
        JavaCommand command = new JavaCommand(Session.ofProcess());
        picocli.CommandLine line = new picocli.CommandLine(command);
        line.setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true);
        line.parseArgs("-cp", "a.jar", "-Xmx1g", "Program.java", "-cp", "b", "--help");
        List<String> words = command.command("PATH");
        assertEquals(
                List.of("-cp", "PATH", "-Xmx1g", "Program.java", "-cp", "b", "--help"),
                words.subList(1 + JavaCommand.FLAGS.size(), words.size()));
    }

    @Test
    void helpNamesEachCommand() {
        CommandRun run = CommandRun.in(folder, "help");
        assertEquals(0, run.status());
        for (String command : List.of("run", "inspect", "dump", "check", "java")) {
            assertTrue(run.out().lines().anyMatch(line -> line.startsWith("  " + command + " ")), run.out());
            assertEquals(0, CommandRun.in(folder, command, "--help").status());
        }
    }

    /** A {@code %} that is no format would be warned of, on the process's own standard error. */
    @Test
    void helpIsFormatted() {
        PrintStream process = System.err;
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = Main.commandLine(Session.ofProcess());
            assertTrue(line.getSubcommands().size() > 6);
            line.getSubcommands()
                    .values()
                    .forEach(command -> assertFalse(command.getUsageMessage().isEmpty()));
        } finally {
            System.setErr(process);
        }
        assertEquals("", warnings.toString(StandardCharsets.UTF_8));
    }

    private int statusOf(Throwable failure) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return Main.fail(new Session(nowhere, nowhere, folder, Map.of()), failure);
    }

    @Test
    void faultsOfOursAreSeventyAndTheUsersTwo() {
        for (ModelException.Code code : ModelException.Code.values()) {
            assertEquals(
                    code == ModelException.Code.INTERNAL ? 70 : 2, statusOf(new ModelException(code, "m", "what")));
        }
        assertEquals(2, statusOf(new OutOfMemoryError("Java heap space")));
        assertEquals(3, statusOf(new PeerUnavailableException("none", null)));
        for (Throwable ours : List.of(
                new IllegalStateException("state"), new AssertionError("wrong"), new NoClassDefFoundError("class"))) {
            assertEquals(70, statusOf(ours));
        }
    }
}
