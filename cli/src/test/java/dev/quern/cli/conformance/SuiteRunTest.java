package dev.quern.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.cli.conformance.SuiteCase.SuiteTolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs tests in {@link FaultyWorker}, which does what a test's name says. */
class SuiteRunTest {
    @TempDir
    Path folder;

    private List<CaseResult> run(int jobs, String... names) throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                FaultyWorker.class.getName(),
                folder.resolve("log").toString());
        List<SuiteCase> tests = Arrays.stream(names)
                .map(name -> new SuiteCase("node", name, folder.resolve(name), List.of(), SuiteTolerance.DEFAULT))
                .toList();
        return new SuiteRun(command, jobs, Duration.ofSeconds(10)).run(tests);
    }

    @Test
    void aDeathAndAHangEndOneTest() throws Exception {
        List<CaseResult> results =
                run(1, "pass", "die", "pass-after-death", "hang", "pass-after-hang", "die-if-second");
        assertEquals(
                List.of("passed", "failed", "passed", "failed", "passed", "passed"),
                results.stream()
                        .map(result -> result.outcome().status().label())
                        .toList());
        assertEquals(
                "the process died with status 5: no more",
                results.get(1).outcome().reason());
        assertEquals("no answer within 10 s", results.get(3).outcome().reason());
        long runs = Files.readAllLines(folder.resolve("log")).stream()
                .filter("node/die"::equals)
                .count();
        assertEquals(2, runs, "a test that a process died of is run again in a fresh one");
    }

    @Test
    void everyTestIsRunOnce() throws Exception {
        List<CaseResult> results = run(2, "pass", "pass-2", "pass-3", "pass-4", "pass-5");
        assertTrue(results.stream().allMatch(result -> result.outcome().status() == TestOutcome.Status.PASSED));
        assertEquals(5, Files.readAllLines(folder.resolve("log")).size());
    }

    @Test
    void aCommandThatDoesNotStartIsReported() {
        SuiteRun run = new SuiteRun(List.of("/no/such/command"), 1, Duration.ofSeconds(10));
        SuiteCase test = new SuiteCase("node", "pass", folder.resolve("x"), List.of(), SuiteTolerance.DEFAULT);
        assertThrows(IOException.class, () -> run.run(List.of(test)));
    }
}
