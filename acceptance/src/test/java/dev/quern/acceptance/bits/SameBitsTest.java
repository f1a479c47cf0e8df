package dev.quern.acceptance.bits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * One model gives one input's results bit for bit the same in every run: while the JVM's compilers take its kernels over, in each
 * of its interpreter and compilers alone, as scalar code, with vectors of any width, on any number of threads.
 */
class SameBitsTest {
    private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");
    private static final List<String> SOON = List.of(
            "-XX:CompileCommand=quiet", "-XX:CompileCommand=CompileThresholdScaling,dev.quern.vector.Kernel_*::*,0.1");

    /** Judges of generated kernels, and so without code in common with them: they compute the functions of f64 by other formulas. */
    private static final String INTERPRETED = "interpreted kernels";

    private static final String OTHER_FORMULAS = "functions of f64";

    /** A JVM of its own, and how often each model runs in it on how many threads. */
    private record JvmForm(String name, List<String> flags, int runs, int threads) {}

    private static JvmForm form(String name, int runs, int threads, String... flags) {
        List<String> all = new ArrayList<>(VECTORS);
        all.addAll(SOON);
        all.addAll(List.of(flags));
        return new JvmForm(name, all, runs, threads);
    }

    private static List<JvmForm> forms() {
        return List.of(
                form("tiered, one thread", 400, 1),
                form("tiered, three threads", 60, 3),
                form("tiered, four threads", 60, 4),
                form("interpreter", 2, 1, "-Xint"),
                form("C1 alone", 20, 1, "-XX:TieredStopAtLevel=1"),
                form("C2 alone", 200, 2, "-XX:-TieredCompilation"),
                new JvmForm("no vector module", SOON, 100, 1),
                form("128 bits", 60, 1, "-Dquern.vector.bits=128"),
                form("256 bits", 60, 2, "-Dquern.vector.bits=256"),
                form("512 bits", 60, 1, "-Dquern.vector.bits=512"),
                form(INTERPRETED, 1, 1, "-Dquern.backend=interpreter"));
    }

    @TestFactory
    Stream<DynamicTest> operators() throws Exception {
        Map<String, String> expected = bits(forms().getFirst());
        assertEquals(BitsCases.all().size(), expected.size());
        return forms().stream()
                .skip(1)
                .map(form -> DynamicTest.dynamicTest(form.name(), () -> compare(expected, bits(form), form.name())));
    }

    /** Compares by name, so that a message is not all lines of both. */
    private static void compare(Map<String, String> expected, Map<String, String> found, String form) {
        assertEquals(expected.keySet(), found.keySet(), form);
        List<String> different = expected.keySet().stream()
                .filter(name -> !expected.get(name).equals(found.get(name)))
                .filter(name -> !form.equals(INTERPRETED) || !name.equals(OTHER_FORMULAS))
                .toList();
        assertEquals(List.of(), different, form + " differs from the first form");
    }

    /** What the program prints in a JVM of this form: digests by the models' names. */
    private static Map<String, String> bits(JvmForm form) throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-Xmx1g", "-Dquern.cache=off", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(form.flags());
        command.addAll(List.of("-cp", classPath, BitsProgram.class.getName()));
        command.addAll(List.of("" + form.runs(), "" + form.threads()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> form.name() + ": " + String.join("\n", lines));
        Map<String, String> bits = new LinkedHashMap<>();
        for (String line : lines) {
            if (line.startsWith("bits ")) {
                int colon = line.lastIndexOf(": ");
                bits.put(line.substring(5, colon), line.substring(colon + 2));
            }
        }
        assertTrue(!bits.isEmpty(), () -> form.name() + ": " + String.join("\n", lines));
        return bits;
    }
}
