package dev.quern.passes.lower;

import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation on tensors some of whose extents are 0, stated in the graph or found when inputs are bound. */
class EmptyExtentsTest {
    private static final long[] EXTENTS = {0, 1, 3};

    /** Inputs and nodes of a graph whose output is y; A, B and C stand for extents. */
    private record EmptyGraph(String inputs, String nodes) {
        @Override
        public String toString() {
            return nodes.strip();
        }

        String graph(Map<String, String> extents) {
            String text = "graph g(" + inputs + ") {\n" + nodes + "\nreturn %y\n}\n";
            for (Map.Entry<String, String> extent : extents.entrySet()) {
                text = text.replaceAll("\\b" + extent.getKey() + "\\b", extent.getValue());
            }
            return text;
        }
    }

    static Stream<EmptyGraph> rows() {
        return Stream.of(
                new EmptyGraph("%x: f32[A, B]", "%y: f32[A, B] = tanh(%x)"),
                new EmptyGraph("%x: f32[A, B], %z: f32[A, B]", "%y: f32[A, B] = add(%x, %z)"),
                new EmptyGraph("%x: f32[A, B]", "%y: f32[B, A] = transpose(%x) {permutation = [1, 0]}"),
                new EmptyGraph(
                        "%x: f32[A, B, C]",
                        "%t: f32[C, A, B] = transpose(%x) {permutation = [2, 0, 1]}\n%y: f32[C, A, B] = neg(%t)"),
                new EmptyGraph("%x: f32[A, B, C]", "%y: f32[A, C] = reduce sum(%x) {axes = [1]}"),
                new EmptyGraph("%x: f32[A, B, C]", "%y: f32[B] = reduce max(%x) {axes = [0, 2]}"),
                new EmptyGraph("%x: f32[A, B]", "%y: f32[] = reduce product(%x) {axes = [0, 1]}"),
                new EmptyGraph("%x: i64[A, B]", "%y: i64[B] = reduce min(%x) {axes = [0]}"),
                new EmptyGraph("%x: f32[A, B]", "%y: f32[A, B] = cumulate sum(%x) {axis = 0}"),
                new EmptyGraph(
                        "%x: f32[A, B]",
                        "%y: f32[A, B] = cumulate sum(%x) {axis = 1, exclusive = true, reverse = true}"),
                new EmptyGraph("%x: f32[A, B]", "%y: f32[A, B] = softmax(%x) {axis = 1}"),
                new EmptyGraph("%x: f32[A, B]", "%y: f32[A, B] = softmax(%x) {axis = 0, logarithm = true}"),
                new EmptyGraph(
                        "%x: f32[A, B, C], %s: f32[B, C]",
                        "%y: f32[A, B, C] = normalize(%x, %s) {axis = 1, epsilon = 0.001, centred = true}"),
                new EmptyGraph("%x: f32[A, B, C]", "%y: f32[A, B, C] = normalize(%x) {axis = 2, epsilon = 0.001}"),
                new EmptyGraph("%x: f32[A, B], %w: f32[B, C]", product("[m, k]", "[k, n]", "[m, n]", "[A, C]")),
                new EmptyGraph("%x: f32[A, B], %w: f32[C, B]", product("[m, k]", "[n, k]", "[m, n]", "[A, C]")),
                new EmptyGraph(
                        "%x: f32[A, B, 4], %w: f32[A, 4, C]",
                        product("[b, m, k]", "[b, k, n]", "[b, m, n]", "[A, B, C]")),
                new EmptyGraph("%x: f32[A, B], %w: f32[B, A]", product("[m, k]", "[k, m]", "[m]", "[A]")),
                new EmptyGraph("%x: f32[A], %w: f32[A]", product("[k]", "[k]", "[]", "[]")),
                new EmptyGraph(
                        "%x: f32[A, B], %w: f32[B, 5], %c: f32[5]",
                        "%p: f32[A, 5] = contract(%x, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}\n"
                                + "%d: f32[A, 5] = broadcast(%c) {shape = [A, 5]}\n"
                                + "%y: f32[A, 5] = add(%p, %d)"),
                new EmptyGraph(
                        "%x: f32[A, 5, 5, B], %w: f32[3, 3, B, C]",
                        "%y: f32[A, 3, 3, C] = convolve(%x, %w) {extents = [3, 3], strides = [1, 1], dilations = [1, 1],"
                                + " before = [0, 0], after = [0, 0], groups = 1}"),
                new EmptyGraph(
                        "%x: f32[A, 5, 5, B], %w: f32[3, 3, B, C]",
                        "%y: f32[A, 5, 5, C] = convolve(%x, %w) {extents = [3, 3], strides = [1, 1], dilations = [1, 1],"
                                + " before = [1, 1], after = [1, 1], groups = 1}"),
                new EmptyGraph(
                        "%x: f32[A, 5, B], %w: f32[2, B, C]",
                        "%y: f32[A, 10, C] = convolve_transposed(%x, %w) {extents = [2], strides = [2], dilations = [1],"
                                + " before = [0], after = [0], groups = 1, shape = [A, 10, C]}"),
                new EmptyGraph("%x: f32[A, 6, B]", pool("max")),
                new EmptyGraph("%x: f32[A, 6, B]", pool("average")),
                new EmptyGraph("%x: f32[A, B], %c: f32[C]", "%y: f32[C, A, B] = broadcast(%x) {shape = [C, A, B]}"),
                new EmptyGraph(
                        "%x: f32[A, 1], %z: f32[1, B]",
                        "%v: f32[A, B] = broadcast(%x) {shape = [A, B]}\n"
                                + "%w: f32[A, B] = broadcast(%z) {shape = [A, B]}\n%y: f32[A, B] = mul(%v, %w)"),
                new EmptyGraph("%x: f32[A, B, C]", "%y: f32[C, B*A] = reshape(%x) {shape = [C, B*A]}"),
                new EmptyGraph(
                        "%x: f32[A, B, C]",
                        "%r: f32[B*A, C] = reshape(%x) {shape = [B*A, C]}\n%n: f32[B*A, C] = exp(%r)\n"
                                + "%y: f32[C, B*A] = transpose(%n) {permutation = [1, 0]}"),
                new EmptyGraph(
                        "%x: f32[A, 4], %z: f32[B, 4]",
                        "%e: f32[A, 4] = exp(%x)\n%y: f32[A + B, 4] = concat(%e, %z) {axis = 0}"),
                new EmptyGraph(
                        "%x: f32[C, A], %z: f32[C, B]",
                        "%e: f32[C, A] = exp(%x)\n%y: f32[C, A + B] = concat(%e, %z, %e) {axis = 1}"
                                .replace("A + B", "A + B + A")),
                new EmptyGraph(
                        "%x: f32[A, B]",
                        "%r: f32[A, B] = slice(%x) {starts = [A - 1, 0], steps = [-1, 1], shape = [A, B]}\n"
                                + "%y: f32[A, B] = abs(%r)"),
                new EmptyGraph(
                        "%x: f32[7, B], %c: f32[A]",
                        "%r: f32[A, B] = slice(%x) {starts = [1, 0], steps = [1, 1], shape = [A, B]}\n"
                                + "%y: f32[A, B] = cumulate sum(%r) {axis = 0}"),
                new EmptyGraph(
                        "%x: f32[A, B], %f: f32[]",
                        "%y: f32[A + 3, B] = pad constant(%x, %f) {before = [1, 0], after = [2, 0]}"),
                new EmptyGraph(
                        "%x: f32[A, B], %f: f32[]",
                        "%y: f32[A + 1, B + 1] = pad constant(%x, %f) {before = [1, 1], after = [0, 0]}"),
                new EmptyGraph(
                        "%x: f32[5, B], %c: f32[A]",
                        "%i: i64[A] = iota i64() {shape = [A], axis = 0}\n%y: f32[A, B] = gather(%x, %i) {axis = 0}"),
                new EmptyGraph(
                        "%x: f32[A, B]",
                        "%i: i64[A, B] = iota i64() {shape = [A, B], axis = 1}\n"
                                + "%y: f32[A, B] = gather_elements(%x, %i) {axis = 1}"),
                new EmptyGraph(
                        "%x: f32[A, B], %u: f32[A, B]",
                        "%i: i64[A, B] = iota i64() {shape = [A, B], axis = 0}\n"
                                + "%y: f32[A, B] = scatter_elements add(%x, %i, %u) {axis = 0}"),
                new EmptyGraph(
                        "%x: f32[4, B], %u: f32[A, B]",
                        "%i: i64[A, 1] = iota i64() {shape = [A, 1], axis = 0}\n%y: f32[4, B] = scatter_nd add(%x, %i, %u)"),
                new EmptyGraph("%x: f32[A, 3, B]", "%y: i64[A, B] = arg_reduce max(%x) {axis = 1}"),
                new EmptyGraph(
                        "%q: f32[A, 2, B, 4], %k: f32[A, 2, C, 4], %v: f32[A, 2, C, 4]",
                        "%y: f32[A, 2, B, 4] = attention(%q, %k, %v) {scale = 0.5}"),
                new EmptyGraph(
                        "%x: f32[A, B, 4], %w: f32[12, 4], %r: f32[12, 4], %b: f32[24], %h: f32[B, 4]",
                        "%a: f32[A, B, 4], %y: f32[B, 4] = recurrent gru(%x, %w, %r, %b, %h) {activations = [Sigmoid, Tanh]}"),
                new EmptyGraph(
                        "%x: f32[A, B, 4], %w: f32[16, 4], %r: f32[16, 4], %b: f32[32], %h: f32[B, 4], %c: f32[B, 4]",
                        "%y: f32[A, B, 4], %d: f32[B, 4], %e: f32[B, 4] = recurrent lstm(%x, %w, %r, %b, %h, %c)"
                                + " {activations = [Sigmoid, Tanh, Tanh]}"));
    }

    private static String product(String left, String right, String result, String shape) {
        return "%y: f32" + shape + " = contract(%x, %w) {left = " + left + ", right = " + right + ", result = " + result
                + ", accumulate = f32}";
    }

    private static String pool(String kind) {
        return "%y: f32[A, 3, B] = pool " + kind
                + "(%x) {extents = [2], strides = [2], dilations = [1], before = [0], after = [0]}";
    }

    @ParameterizedTest
    @MethodSource("rows")
    void computeNothingOrTheIdentity(EmptyGraph row) {
        for (long a : EXTENTS) {
            for (long b : EXTENTS) {
                for (long c : EXTENTS) {
                    if ((a == 0 || b == 0 || c == 0) && isUsed(row, a, b, c)) {
                        Map<String, String> stated = new TreeMap<>(Map.of("A", "" + a, "B", "" + b, "C", "" + c));
                        Differential.check(row.graph(stated), Map.of());
                        Differential.check(
                                row.graph(Map.of("A", "a", "B", "b", "C", "c")), Map.of("a", a, "b", b, "c", c));
                    }
                }
            }
        }
    }

    /** Whether no extent that the row does not have is tried at more than one value. */
    private static boolean isUsed(EmptyGraph row, long... extents) {
        String text = row.graph(Map.of());
        List<String> names = List.of("A", "B", "C");
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] != 1 && !text.matches("(?s).*\\b" + names.get(i) + "\\b.*")) {
                return false;
            }
        }
        return true;
    }
}
