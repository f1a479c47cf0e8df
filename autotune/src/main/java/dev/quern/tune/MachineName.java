package dev.quern.tune;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The machine that this process runs on, in words. */
public final class MachineName {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /** What Linux calls a processor's name, by architecture: x86, Power, MIPS, RISC-V. */
    private static final List<String> NAMES = List.of("model name", "cpu", "cpu model", "uarch");

    /** What tells processors of one name, or of none, apart: of x86, then of ARM. */
    private static final List<String> KINDS =
            List.of("cpu family", "model", "stepping", "CPU implementer", "CPU part", "CPU variant", "CPU revision");

    private MachineName() {}

    /** This machine and Java, for runs on {@code threads} threads. */
    public static String of(int threads) {
        return here() + ", threads " + threads;
    }

    /** This machine and Java: the processor, what tells it from others of its name, system, architecture, number of processors. */
    public static String here() {
        return of(lines(), System.getProperty("os.name"), System.getProperty("os.arch"))
                + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version().feature();
    }

    /** The processor's name; the architecture where the system does not say it. */
    public static String processor() {
        return processor(lines(), System.getProperty("os.arch"));
    }

    /** The machine whose {@code /proc/cpuinfo} has {@code lines}; none where there is no such file. */
    static String of(List<String> lines, String system, String architecture) {
        StringBuilder text = new StringBuilder(processor(lines, architecture));
        Map<String, Set<String>> found = fields(lines);
        for (String kind : KINDS) {
            if (found.containsKey(kind)) {
                text.append(", ")
                        .append(kind.replace("CPU ", ""))
                        .append(' ')
                        .append(String.join("+", found.get(kind)));
            }
        }
        return text.append(", ").append(system).append(' ').append(architecture).toString();
    }

    private static String processor(List<String> lines, String architecture) {
        Map<String, Set<String>> found = fields(lines);
        return NAMES.stream()
                .filter(found::containsKey)
                .map(name -> String.join("+", found.get(name)))
                .findFirst()
                .orElse(architecture);
    }

    /** What each field is of any processor, those that are alike once. */
    private static Map<String, Set<String>> fields(List<String> lines) {
        Map<String, Set<String>> fields = new LinkedHashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String value = line.substring(colon + 1).strip().replace('\t', ' ');
                fields.computeIfAbsent(line.substring(0, colon).strip(), _ -> new LinkedHashSet<>())
                        .add(value);
            }
        }
        return fields;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(PROCESSORS, StandardCharsets.ISO_8859_1);
        } catch (IOException absent) {
            return List.of();
        }
    }
}
