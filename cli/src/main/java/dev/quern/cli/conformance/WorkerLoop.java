package dev.quern.cli.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The child's side of the pipe. A request is a line with a test's {@link SuiteCase#id()}; the answer is a line with its
 * {@link TestOutcome}: the status, a tab, the reason. The first line is {@link #READY}.
 */
public final class WorkerLoop {
    static final String READY = "ready";

    private WorkerLoop() {}

    /**
     * Answers requests until there are no more.
     *
     * @param suite the tests that may be asked for
     * @param engine what runs them
     * @throws OutOfMemoryError instead of an answer: this process may be unfit for more
     */
    public static void serve(Suite suite, OnnxEngine engine, InputStream requests, PrintStream answers)
            throws IOException {
        Map<String, SuiteCase> tests = new HashMap<>();
        suite.cases().forEach(test -> tests.put(test.id(), test));
        BufferedReader lines = new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8));
        answer(answers, READY);
        for (String id = lines.readLine(); id != null; id = lines.readLine()) {
            answer(answers, encode(CaseRun.of(tests.get(id), engine)));
        }
    }

    private static void answer(PrintStream answers, String line) {
        answers.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        answers.flush();
    }

    static String encode(TestOutcome outcome) {
        return outcome.status() + "\t" + outcome.reason();
    }

    static TestOutcome decode(String line) {
        int tab = line.indexOf('\t');
        return new TestOutcome(TestOutcome.Status.valueOf(line.substring(0, tab)), line.substring(tab + 1));
    }
}
