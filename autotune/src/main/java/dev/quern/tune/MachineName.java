package dev.quern.tune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that this process runs on, in words. */
public final class MachineName {
    private MachineName() {}

    /** This machine and Java, for runs on {@code threads} threads. */
    public static String of(int threads) {
        return here() + ", threads " + threads;
    }

    /** This machine and Java. */
    public static String here() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version().feature();
    }

    /** The processor's name. */
    public static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip().replace('\t', ' '))
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException absent) {
            return System.getProperty("os.arch");
        }
    }
}
