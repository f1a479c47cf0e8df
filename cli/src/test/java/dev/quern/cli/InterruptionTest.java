package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is asked to end while it tunes. */
class InterruptionTest {
    /** What a process ends with by SIGTERM, which a JVM takes as it takes Ctrl-C. */
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path folder;

    @Test
    void whatWasFoundIsShownAndKept() throws Exception {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-Dquern.cache=off",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Duser.home=" + folder,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "tune",
                        "--op",
                        "matmul",
                        "--shape",
                        "64x64x64",
                        "--budget",
                        "60m",
                        "--search",
                        "random",
                        "--most",
                        "100000",
                        "--records",
                        "mine.jsonl"))
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .start();
        try (BufferedReader err = process.errorReader()) {
            String line = err.readLine();
            while (line != null && !line.contains("best so far")) {
                line = err.readLine();
            }
            assertTrue(process.toHandle().destroy(), "it ended of itself: " + line);
            List<String> rest = err.lines().toList();
            assertEquals(TERMINATED, process.waitFor(), rest.toString());
            assertTrue(rest.contains("quern: ending with what was found"), rest.toString());
            assertFalse(rest.toString().contains("could be shown"), rest.toString());
        }
        String shown = Files.readString(out);
        assertTrue(shown.contains("candidates timed") && shown.contains("GFLOP/s"), shown);
        assertFalse(Files.readAllLines(folder.resolve("mine.jsonl")).isEmpty());
    }
}
