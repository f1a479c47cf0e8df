package dev.quern.cli.conformance;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.conformance.TestOutcome.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file of the tests that are known not to pass: one a line, {@code kind/name status: reason}. Lines that start with {@code #}
 * are comments. How a test ends is compared; the reason is for people.
 */
public final class Expectations {
    private final Map<String, TestOutcome> known;

    private Expectations(Map<String, TestOutcome> known) {
        this.known = known;
    }

    /**
     * Reads a file.
     *
     * @throws ModelException if it cannot be read or a line is not as above
     */
    public static Expectations read(Path file) {
        Map<String, TestOutcome> known = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    int space = line.indexOf(' ');
                    int colon = line.indexOf(": ", space);
                    if (space < 0 || colon < 0) {
                        throw malformed(file, line);
                    }
                    Status status = status(file, line, line.substring(space + 1, colon));
                    known.put(line.substring(0, space), new TestOutcome(status, line.substring(colon + 2)));
                }
            }
        } catch (IOException failure) {
            throw new ModelException(Code.IO, file.toString(), "cannot be read (" + failure + ")", failure);
        }
        return new Expectations(known);
    }

    private static Status status(Path file, String line, String text) {
        try {
            return Status.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException none) {
            throw malformed(file, line);
        }
    }

    private static ModelException malformed(Path file, String line) {
        return new ModelException(
                Code.INVALID_INPUT, file.toString(), "expected 'kind/name status: reason', found '" + line + "'");
    }

    /** What differs from this, one text per test; empty if all ended as expected. */
    public List<String> differences(List<CaseResult> results) {
        List<String> differences = new ArrayList<>();
        for (CaseResult result : results) {
            TestOutcome expected = known.getOrDefault(result.test().id(), TestOutcome.passed());
            TestOutcome found = result.outcome();
            if (found.status() != expected.status()) {
                differences.add(result.test().id() + ": expected " + text(expected) + ", found " + text(found));
            }
        }
        return differences;
    }

    private static String text(TestOutcome outcome) {
        return outcome.status().label() + (outcome.reason().isEmpty() ? "" : " (" + outcome.reason() + ")");
    }

    /**
     * Writes the tests among {@code results} that did not pass.
     *
     * @param head lines of comment, without their marks
     */
    public static void write(Path file, String head, List<CaseResult> results) {
        StringBuilder text = new StringBuilder();
        head.lines().forEach(line -> text.append("# ").append(line).append('\n'));
        for (CaseResult result : results) {
            TestOutcome outcome = result.outcome();
            if (outcome.status() != Status.PASSED) {
                text.append(result.test().id())
                        .append(' ')
                        .append(outcome.status().label())
                        .append(": ")
                        .append(outcome.reason())
                        .append('\n');
            }
        }
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new ModelException(Code.IO, file.toString(), "cannot be written (" + failure + ")", failure);
        }
    }
}
