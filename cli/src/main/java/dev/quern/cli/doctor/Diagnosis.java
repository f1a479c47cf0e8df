package dev.quern.cli.doctor;

/**
 * What was found out about one thing that Quern needs or can use.
 *
 * @param subject such as {@code Vector API}
 * @param health how it is
 * @param found one line
 * @param advice what to do about it, one line; empty where there is nothing to do
 */
public record Diagnosis(String subject, Health health, String found, String advice) {
    /** How a thing is. */
    public enum Health {
        /** As it should be. */
        OK,
        /** It works, but could be better. */
        NOTE,
        /** Not there, and not needed for the rest. */
        ABSENT,
        /** It keeps models from running, or from running right. */
        FAULT
    }

    static Diagnosis ok(String subject, String found) {
        return new Diagnosis(subject, Health.OK, found, "");
    }
}
