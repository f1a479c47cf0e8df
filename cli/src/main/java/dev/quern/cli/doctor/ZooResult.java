package dev.quern.cli.doctor;

/**
 * How a model of the {@linkplain Zoo zoo} ended on a device.
 *
 * @param model its name
 * @param fault what went wrong; empty if its outputs are those of the reference interpreter
 */
public record ZooResult(String model, String fault) {
    /** The fault of a model that no process has come to. */
    static final String NOT_TRIED = "not tried";

    private static final String SEPARATOR = "\t";

    /** Whether it is right. */
    public boolean isRight() {
        return fault.isEmpty();
    }

    /** Whether nothing is known of it. */
    public boolean isUntried() {
        return fault.equals(NOT_TRIED);
    }

    /** As a line of the pipe between the processes. */
    public String line() {
        return model + SEPARATOR + fault.strip().replaceAll("\\s+", " ");
    }

    static ZooResult ofLine(String line) {
        String[] parts = line.split(SEPARATOR, 2);
        return new ZooResult(parts[0], parts.length < 2 ? "" : parts[1]);
    }
}
