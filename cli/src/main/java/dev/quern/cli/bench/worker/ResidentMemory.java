package dev.quern.cli.bench.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most memory that this process has held at once, as Linux tells it. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s*(\\d+) kB$");

    private ResidentMemory() {}

    /** Bytes; -1 where the system does not say. */
    static long peak() {
        try {
            return peak(Files.readString(STATUS));
        } catch (IOException absent) {
            return -1;
        }
    }

    /** The peak that a {@code /proc/PID/status} states. */
    static long peak(String status) {
        Matcher line = PEAK.matcher(status);
        return line.find() ? Long.parseLong(line.group(1)) << 10 : -1;
    }
}
