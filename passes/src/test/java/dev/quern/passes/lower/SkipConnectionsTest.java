package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.Parser;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.Differential;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a net of concatenations copies, counted in its kernels: stores of what was loaded as it is. */
class SkipConnectionsTest {
    private static final Target TARGET = Hosts.vectors(256, 16, 1);

    /** Layers of a net as text, of images that are {@code [n, height, width, channels]}, or {@code [n, channels, height, width]}. */
    private static final class Net {
        private final boolean channelsLast;
        private final StringBuilder inputs = new StringBuilder();
        private final StringBuilder nodes = new StringBuilder();
        private int names;

        Net(boolean channelsLast) {
            this.channelsLast = channelsLast;
        }

        private String shape(int size, int channels) {
            return channelsLast
                    ? "f32[n, %d, %d, %d]".formatted(size, size, channels)
                    : "f32[n, %d, %d, %d]".formatted(channels, size, size);
        }

        private String name() {
            return "%v" + names++;
        }

        private String input(String type) {
            String name = "%in" + names++;
            inputs.append(inputs.isEmpty() ? "" : ", ")
                    .append(name)
                    .append(": ")
                    .append(type);
            return name;
        }

        private String node(String type, String definition) {
            String name = name();
            nodes.append("  ")
                    .append(name)
                    .append(": ")
                    .append(type)
                    .append(" = ")
                    .append(definition)
                    .append('\n');
            return name;
        }

        String image(int size, int channels) {
            return input(shape(size, channels));
        }

        private String last(String value, int size, int channels) {
            String type = "f32[n, %d, %d, %d]".formatted(size, size, channels);
            return channelsLast ? value : node(type, "transpose(" + value + ") {permutation = [0, 2, 3, 1]}");
        }

        private String usual(String value, int size, int channels) {
            return channelsLast
                    ? value
                    : node(shape(size, channels), "transpose(" + value + ") {permutation = [0, 3, 1, 2]}");
        }

        /** Weights that keep sums of {@code terms} products about as large as what they sum. */
        private String scaled(String shape, int terms) {
            String scale = node("f32[]", Float.toString((float) Math.sqrt(2.0 / terms)));
            String scales = node("f32" + shape, "broadcast(" + scale + ") {shape = " + shape + "}");
            return node("f32" + shape, "mul(%s, %s)".formatted(input("f32" + shape), scales));
        }

        /** A convolution of windows of {@code window} squared that keeps an image's size, and a rectifier. */
        String convolve(String value, int size, int from, int to, int window) {
            String weights = scaled("[%d, %d, %d, %d]".formatted(window, window, from, to), window * window * from);
            int border = window / 2;
            String sum = node(
                    "f32[n, %d, %d, %d]".formatted(size, size, to),
                    ("convolve(%s, %s) {extents = [%d, %d], strides = [1, 1], dilations = [1, 1], before = [%d, %d],"
                                    + " after = [%d, %d], groups = 1}")
                            .formatted(
                                    last(value, size, from), weights, window, window, border, border, border, border));
            String zero = node("f32[]", "0.0");
            String zeros = node(
                    shape(size, to),
                    "broadcast(" + zero + ") {shape = " + shape(size, to).substring(3) + "}");
            return node(shape(size, to), "max(%s, %s)".formatted(usual(sum, size, to), zeros));
        }

        /** The greatest of each 2 by 2. */
        String pool(String value, int size, int channels) {
            String pooled = node(
                    "f32[n, %d, %d, %d]".formatted(size / 2, size / 2, channels),
                    "pool max(" + last(value, size, channels) + ") {extents = [2, 2], strides = [2, 2],"
                            + " dilations = [1, 1], before = [0, 0], after = [0, 0]}");
            return usual(pooled, size / 2, channels);
        }

        /** Each element four times, negated: so that it is no copy. */
        String enlarge(String value, int size, int channels) {
            String rows = last(value, size, channels);
            String apart = node(
                    "f32[n, %d, 1, %d, 1, %d]".formatted(size, size, channels),
                    "reshape(%s) {shape = [n, %d, 1, %d, 1, %d]}".formatted(rows, size, size, channels));
            String spread = node(
                    "f32[n, %d, 2, %d, 2, %d]".formatted(size, size, channels),
                    "broadcast(%s) {shape = [n, %d, 2, %d, 2, %d]}".formatted(apart, size, size, channels));
            String whole = node(
                    "f32[n, %d, %d, %d]".formatted(2 * size, 2 * size, channels),
                    "reshape(%s) {shape = [n, %d, %d, %d]}".formatted(spread, 2 * size, 2 * size, channels));
            String negative = node("f32[n, %d, %d, %d]".formatted(2 * size, 2 * size, channels), "neg(" + whole + ")");
            return usual(negative, 2 * size, channels);
        }

        String concat(int size, int channels, String... parts) {
            return node(
                    shape(size, channels),
                    "concat(%s) {axis = %d}".formatted(String.join(", ", parts), channelsLast ? 3 : 1));
        }

        String slice(String value, int size, int from, int channels) {
            String axis = channelsLast ? "0, 0, 0, " + from : "0, " + from + ", 0, 0";
            String type = shape(size, channels);
            return node(
                    type,
                    "slice(%s) {starts = [%s], steps = [1, 1, 1, 1], shape = %s}"
                            .formatted(value, axis, type.substring(3)));
        }

        String graph(String result) {
            return "graph g(" + inputs + ") {\n" + nodes + "  return " + result + "\n}\n";
        }
    }

    /** Each layer reads all before it. */
    private static String dense(boolean channelsLast) {
        Net net = new Net(channelsLast);
        List<String> parts = new ArrayList<>(List.of(net.convolve(net.image(16, 3), 16, 3, 16, 3)));
        String all = parts.getFirst();
        for (int layer = 0; layer < 3; layer++) {
            String narrow = net.convolve(all, 16, 16 + 16 * layer, 32, 1);
            parts.add(net.convolve(narrow, 16, 32, 16, 3));
            all = net.concat(16, 32 + 16 * layer, parts.toArray(String[]::new));
        }
        return net.graph(net.convolve(all, 16, 64, 16, 1));
    }

    /** What is made on the way down is read again on the way up, beside what was made from smaller images. */
    private static String skipping(boolean channelsLast) {
        Net net = new Net(channelsLast);
        String fine = net.convolve(net.image(16, 3), 16, 3, 16, 3);
        String middle = net.convolve(net.pool(fine, 16, 16), 8, 16, 16, 3);
        String coarse = net.convolve(net.pool(middle, 8, 16), 4, 16, 16, 3);
        String up = net.convolve(net.enlarge(coarse, 4, 16), 8, 16, 16, 3);
        String joined = net.convolve(net.concat(8, 32, middle, up), 8, 32, 16, 3);
        String upper = net.convolve(net.enlarge(joined, 8, 16), 16, 16, 16, 3);
        return net.graph(net.convolve(net.concat(16, 32, upper, fine), 16, 32, 16, 3));
    }

    /** One half is worked on, and both halves are kept beside what comes of it. */
    private static String split(boolean channelsLast) {
        Net net = new Net(channelsLast);
        String whole = net.convolve(net.image(16, 16), 16, 16, 32, 1);
        String kept = net.slice(whole, 16, 0, 16);
        String other = net.slice(whole, 16, 16, 16);
        String worked = net.convolve(other, 16, 16, 16, 1);
        return net.graph(net.convolve(net.concat(16, 48, kept, other, worked), 16, 48, 16, 1));
    }

    /** The copies of values that are no inputs, as "from to". */
    private static List<String> copies(String text) {
        Differential.check(text, Map.of("n", 1L));
        Program program =
                Compiler.compile(GraphPipeline.run(Parser.parseGraph(text)), TARGET, new CompileOptions(true));
        Map<String, MemoryPlan.Place> places = program.memory().places();
        List<String> copies = new ArrayList<>();
        for (ProgramStep step : program.steps()) {
            if (step instanceof ProgramStep.RunKernel run) {
                Kernel kernel = run.kernel();
                for (int i = 0; i < kernel.parameters().size(); i++) {
                    String argument = run.arguments().get(i);
                    if (stores(kernel.body(), kernel.parameters().get(i))
                            && !(places.get(argument) instanceof MemoryPlan.InputPlace)) {
                        copies.add(argument + " " + run.arguments().getLast());
                    }
                }
            }
        }
        return copies;
    }

    /** Whether {@code stmt} stores what it loads from {@code operand}. */
    private static boolean stores(Stmt stmt, Buffer operand) {
        return switch (stmt) {
            case Stmt.Block block -> block.statements().stream().anyMatch(each -> stores(each, operand));
            case Stmt.For loop -> stores(loop.body(), operand);
            case Stmt.Store store ->
                store.value() instanceof Expr.Load load && load.buffer().equals(operand.name());
            case Stmt.Section section -> stores(section.body(), operand);
            case Stmt.Guard guard -> stores(guard.then(), operand) || stores(guard.otherwise(), operand);
            case Stmt.Let let -> stores(let.body(), operand);
            case Stmt.Allocate allocate -> stores(allocate.body(), operand);
            case Stmt.ReduceInto _ -> false;
        };
    }

    @Test
    void denseBlocksCopyNothing() {
        assertEquals(List.of(), copies(dense(true)));
        assertEquals(List.of(), copies(dense(false)));
    }

    @Test
    void skipsOfAnHourglassAreNotCopied() {
        assertEquals(List.of(), copies(skipping(true)));
        assertEquals(List.of(), copies(skipping(false)));
    }

    @Test
    void halvesThatAreKeptAreNotCopied() {
        assertEquals(List.of(), copies(split(true)));
        assertEquals(List.of(), copies(split(false)));
    }
}
