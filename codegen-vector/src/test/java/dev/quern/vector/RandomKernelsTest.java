package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.schedule.BindIndices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * ScheduledKernels at random do what the interpreter does, bit for bit: run after run while the JVM's compilers take them over one after the
 * other, in the bytecode interpreter alone, and compiled by C2 alone. Replay one with {@code -Dquern.seed=…}.
 */
class RandomKernelsTest {
    private static final int[] WIDTHS = {512, 256, 128, 0};
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final String ALL_RIGHT = "all right";
    private static final String KERNELS = "dev.quern.vector.Kernel_*::*";

    /** Enough for C2 at the thresholds given to the child, and for what it gets wrong at first. */
    private static final int RUNS_FOR_C2 = 60;

    /**
     * Kernels in one JVM that C2 alone serves: over kernel 230, alone compiled in half a second, it took minutes where it had compiled all
     * before it.
     */
    private static final int KERNELS_OF_A_JVM = 100;

    /** A line of {@code PrintCompilation} without tiers: time, number, flags, method, and what became of it. */
    private static final Pattern COMPILATION = Pattern.compile(
            "^\\s*\\d+\\s+\\d+[ b!sn]*\\s(\\S*Kernel_random_\\d+)/0x[0-9a-f]+::run \\(\\d+ bytes\\)(.*)$");

    /** The same with tiers. */
    private static final Pattern TIERED_COMPILATION = Pattern.compile(
            "^\\s*\\d+\\s+\\d+\\s[% b!sn]*(\\d)\\s+(\\S*Kernel_random_\\d+)/0x[0-9a-f]+::run \\(\\d+ bytes\\)(.*)$");

    private static final Pattern CHECKED = Pattern.compile("checked seed (\\d+);");

    /** By both compilers, as where the JVM takes no directives. */
    @Test
    void asTheJvmRunsThem() throws IOException, InterruptedException {
        Long only = Long.getLong("quern.seed");
        if (only != null) {
            check(only, RUNS_FOR_C2);
            return;
        }
        asTheJvmRunsThem(0, CAMPAIGN ? 2_000 : 100);
    }

    /** A kernel of which the first compiler made so many blocks that walking them took more than its stack. */
    @Test
    void asTheFirstCompilersStackTakesThem() throws IOException, InterruptedException {
        asTheJvmRunsThem(168, 169);
    }

    private static void asTheJvmRunsThem(int from, int to) throws IOException, InterruptedException {
        List<String> output = child(
                from,
                to,
                RUNS_FOR_C2,
                "-Dquern.directives=false",
                // Half of what it is otherwise.
                "-XX:CompilerThreadStackSize=512",
                // Otherwise the JVM raises its thresholds while its queues are long.
                "-XX:Tier3LoadFeedback=1000000",
                "-XX:Tier4LoadFeedback=1000000",
                "-XX:+PrintCompilation",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=CompileThresholdScaling," + KERNELS + ",0.01",
                "-XX:CompileCommand=BackgroundCompilation," + KERNELS + ",false");
        // HotSpot's own lines may begin or end within it.
        assertTrue(output.stream().anyMatch(line -> line.contains(ALL_RIGHT)), () -> String.join("\n", output));
        Map<String, Set<String>> compilers = new HashMap<>();
        for (String line : output) {
            Matcher compilation = TIERED_COMPILATION.matcher(line);
            if (compilation.matches() && !compilation.group(3).contains("made not entrant")) {
                compilers
                        .computeIfAbsent(compilation.group(2), name -> new HashSet<>())
                        .add(compilation.group(1).equals("4") ? "C2" : "C1");
            }
        }
        for (int seed = from; seed < to; seed++) {
            String name = "dev.quern.vector.Kernel_random_" + seed;
            assertEquals(Set.of("C1", "C2"), compilers.get(name), "compilers that took over " + name);
        }
    }

    @Test
    void interpreted() throws IOException, InterruptedException {
        List<String> output = child(0, CAMPAIGN ? 10_000 : 300, 1, "-Xint");
        assertEquals(ALL_RIGHT, output.getLast(), () -> String.join("\n", output));
    }

    @Test
    void compiledByC2() throws IOException, InterruptedException {
        int count = CAMPAIGN ? 2_000 : 300;
        for (int from = 0; from < count; from += KERNELS_OF_A_JVM) {
            compiledByC2(from, Math.min(count, from + KERNELS_OF_A_JVM));
        }
    }

    private static void compiledByC2(int from, int to) throws IOException, InterruptedException {
        List<String> output = child(
                from,
                to,
                RUNS_FOR_C2,
                "-XX:-TieredCompilation",
                "-XX:-UseOnStackReplacement",
                "-XX:+PrintCompilation",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=CompileThresholdScaling," + KERNELS + ",0.001",
                "-XX:CompileCommand=BackgroundCompilation," + KERNELS + ",false");
        // HotSpot's own lines may begin or end within it.
        assertTrue(output.stream().anyMatch(line -> line.contains(ALL_RIGHT)), () -> String.join("\n", output));
        Set<String> compiled = new HashSet<>();
        int checked = 0;
        for (String line : output) {
            Matcher compilation = COMPILATION.matcher(line);
            if (compilation.matches()) {
                String remark = compilation.group(2);
                assertFalse(remark.contains("SKIPPED"), line);
                if (remark.contains("made not entrant")) {
                    compiled.remove(compilation.group(1));
                } else {
                    compiled.add(compilation.group(1));
                }
            }
            Matcher done = CHECKED.matcher(line);
            if (done.find()) {
                String name = "dev.quern.vector.Kernel_random_" + done.group(1);
                assertTrue(compiled.contains(name), name + " was not compiled, or did not stay so");
                checked++;
            }
        }
        assertEquals(to - from, checked);
    }

    /** Checks kernels {@code from} to {@code to}, running each {@code runs} times, in a JVM of its own; gives its output by lines. */
    private static List<String> child(int from, int to, int runs, String... flags)
            throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx1g",
                "--add-modules",
                "jdk.incubator.vector"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, RandomKernelsTest.class.getName(), "" + from, "" + to, "" + runs));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> output = process.inputReader().lines().toList();
        process.waitFor();
        return output;
    }

    /** What the child runs. */
    public static void main(String[] arguments) {
        for (int seed = Integer.parseInt(arguments[0]); seed < Integer.parseInt(arguments[1]); seed++) {
            check(seed, Integer.parseInt(arguments[2]));
            System.out.println();
            System.out.println("checked seed " + seed + ";");
        }
        System.out.println(ALL_RIGHT);
    }

    static void check(long seed, int runs) {
        int bits = WIDTHS[(int) (seed % WIDTHS.length)];
        String where = "seed " + seed + " at " + bits + " bits";
        try {
            RandomKernels.RandomKernel random = RandomKernels.of(seed);
            Data before = Data.random(random.kernel(), new Random(seed), random.symbols());
            Data expected = before.copy();
            KernelInterpreter.run(
                    ExpandMath.expand(random.kernel()), expected.buffers(), expected.offsets(), random.symbols());
            HostExecutable executable = KernelComparison.compile(
                    seed / WIDTHS.length % 2 == 0 ? random.kernel() : BindIndices.bind(random.kernel()), bits);
            for (int run = 0; run < runs; run++) {
                Data found = before.copy();
                KernelComparison.run(executable, found);
                KernelComparison.assertSame(expected, found, where);
            }
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(where + "; replay with -Dquern.seed=" + seed, failure);
        }
    }
}
