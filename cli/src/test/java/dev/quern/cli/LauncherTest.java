package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code quern} script, in a folder of its own with scripts in the places of Maven and of the search for a JDK. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    private static final List<String> MODULES = List.of(
            "api", "ir", "frontend-onnx", "passes", "codegen-vector", "codegen-ptx", "autotune", "runtime", "cli");

    @TempDir
    Path folder;

    @BeforeEach
    void layOut() throws IOException {
        Path script = Path.of(System.getProperty("quern.root"), "quern");
        Files.copy(script, folder.resolve("quern"));
        script("tools/find-jdk", "echo " + System.getProperty("java.home"));
        script("tools/maven", "echo '[ERROR] no such plugin'; exit 1");
        Files.writeString(folder.resolve("pom.xml"), "");
        for (String module : MODULES) {
            Files.createDirectories(folder.resolve(module).resolve("src/main"));
            Files.createDirectories(folder.resolve(module).resolve("target/classes"));
            Files.writeString(folder.resolve(module).resolve("pom.xml"), "");
        }
    }

    private void script(String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    /** As a build would have: with the class path of this test. */
    private void build() throws IOException {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Files.writeString(folder.resolve("cli/target/quern.classpath"), path);
    }

    private CommandRun launch(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("sh", folder.resolve("quern").toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        process.environment().remove("QUERN_JAVA_OPTS");
        process.environment().putAll(environment);
        int status = process.start().waitFor();
        return new CommandRun(status, Files.readString(out), Files.readString(err));
    }

    private void ends(int status, String lastWords, CommandRun run) {
        assertEquals(status, run.status(), run.err());
        assertTrue(run.err().endsWith("quern: " + lastWords + "\n"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void whatTheCommandEndsWithIsPassedOn() throws Exception {
        build();
        CommandRun run = launch(Map.of(), "--version");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("quern "), run.out());
        assertEquals("", run.err());
        ends(2, "expected a command, such as 'run'; see 'quern --help'", launch(Map.of()));
    }

    @Test
    void aMissingJdkIsTheUsersToMend() throws Exception {
        script("tools/find-jdk", "echo 'quern: no JDK here' >&2; exit 1");
        ends(2, "no JDK here", launch(Map.of(), "--version"));
    }

    @Test
    void aFailedBuildIsAFaultOfOurs() throws Exception {
        CommandRun run = launch(Map.of(), "--version");
        ends(70, "the build failed", run);
        assertTrue(run.err().contains("[ERROR] no such plugin"), run.err());
    }

    @Test
    void aJvmThatDoesNotStartIsTheUsersToMend() throws Exception {
        build();
        CommandRun run = launch(Map.of("QUERN_JAVA_OPTS", "-XX:+NoSuchOption"), "--version");
        ends(
                2,
                "the JVM in " + System.getProperty("java.home")
                        + " did not start; are the options in QUERN_JAVA_OPTS right?",
                run);
    }

    @Test
    void disagreementIsOne() throws Exception {
        build();
        Path suite = Files.createDirectories(folder.resolve("suite/node/test_a"));
        Files.writeString(suite.resolve("model.onnx"), "no model");
        Files.writeString(folder.resolve("known.txt"), "");
        CommandRun run = launch(Map.of(), "conformance", "suite", "--json", "--expect", "known.txt");
        assertEquals(1, run.status(), run.err());
    }
}
