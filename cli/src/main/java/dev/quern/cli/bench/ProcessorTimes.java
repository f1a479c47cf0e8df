package dev.quern.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the processors of the machine have done since it started, as Linux counts it, and what part of it is ours.
 *
 * @param processors how many there are
 * @param at when this was read, in nanoseconds of {@link System#nanoTime}
 * @param busy seconds that they worked, all together
 * @param stolen seconds that they were ready to work and the host did not let them
 * @param own seconds that the processes measured worked
 */
record ProcessorTimes(int processors, long at, double busy, double stolen, double own) {
    private static final Path STAT = Path.of("/proc/stat");

    /** Linux counts in hundredths of a second wherever Java runs. */
    private static final double TICKS_PER_SECOND = 100;

    /** The counts now; {@code own} is the processor time of all processes that are measured. Empty where there is no Linux. */
    static Optional<ProcessorTimes> now(Duration own) {
        try {
            return Optional.of(parse(Files.readString(STAT), System.nanoTime(), own));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /**
     * Reads {@code /proc/stat} (proc_stat(5)): {@code cpu user nice system idle iowait irq softirq steal guest guest_nice}, where
     * user includes guest.
     */
    static ProcessorTimes parse(String stat, long at, Duration own) {
        int processors = 0;
        double busy = 0;
        double stolen = 0;
        for (String line : stat.lines().filter(line -> line.startsWith("cpu")).toList()) {
            String[] fields = line.trim().split("\\s+");
            if (!fields[0].equals("cpu")) {
                processors++;
                continue;
            }
            for (int field : new int[] {1, 2, 3, 6, 7}) {
                busy += ticks(fields, field);
            }
            stolen = ticks(fields, 8);
        }
        return new ProcessorTimes(
                processors, at, busy / TICKS_PER_SECOND, stolen / TICKS_PER_SECOND, own.toNanos() / 1e9);
    }

    private static double ticks(String[] fields, int field) {
        return field < fields.length ? Double.parseDouble(fields[field]) : 0;
    }

    /** What happened from this to {@code later}. */
    Activity until(ProcessorTimes later) {
        double seconds = Math.max(1e-3, (later.at - at) / 1e9);
        double others = Math.max(0, later.busy - busy - (later.own - own));
        return new Activity(processors, others / seconds, (later.stolen - stolen) / seconds);
    }
}
