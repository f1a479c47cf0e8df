package dev.quern.cli.conformance;

import java.util.Locale;

/**
 * How a test ended.
 *
 * @param status whether it passed
 * @param reason why it did not, one line; empty if it did
 */
public record TestOutcome(Status status, String reason) {
    /** The three ends of a test. */
    public enum Status {
        /** Every output is as expected. */
        PASSED,
        /** An output is wrong, a valid model or input was called invalid, or the run broke, died or did not end. */
        FAILED,
        /** The model needs what is not there, or more than a limit allows, and that was said. */
        REFUSED;

        /** The name in reports. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int LONGEST = 400;

    public TestOutcome {
        reason = reason.strip().replaceAll("\\s+", " ");
        reason = reason.length() > LONGEST ? reason.substring(0, LONGEST) + "…" : reason;
    }

    static TestOutcome passed() {
        return new TestOutcome(Status.PASSED, "");
    }

    static TestOutcome failed(String reason) {
        return new TestOutcome(Status.FAILED, reason);
    }

    static TestOutcome refused(String reason) {
        return new TestOutcome(Status.REFUSED, reason);
    }
}
