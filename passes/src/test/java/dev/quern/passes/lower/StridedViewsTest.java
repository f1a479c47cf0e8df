package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Views that a kernel does not take in, because it computes as much as one may already, are read where they lie if strides say where
 * that is.
 */
class StridedViewsTest {
    /** Powers that a kernel takes in before it has no room for two of the views that it sums. */
    private static final int POWERS = 8;

    private static final int VIEWS = 4;

    /** {@code y}, computed by {@code anchor}, of which {@code view} is taken with each number; their sum to a power to a power. */
    private static String graph(String anchor, String shape, IntFunction<String> view) {
        String views = IntStream.range(0, VIEWS)
                .mapToObj(i -> "  %v" + i + ": f32" + shape + " = " + view.apply(i) + "\n")
                .collect(Collectors.joining());
        String sums = IntStream.range(1, VIEWS)
                .mapToObj(i -> "  %s" + i + ": f32" + shape + " = add(%" + (i == 1 ? "v0" : "s" + (i - 1)) + ", %v" + i
                        + ")\n")
                .collect(Collectors.joining());
        String powers = IntStream.range(0, POWERS)
                .mapToObj(i -> "  %p" + i + ": f32" + shape + " = pow(%" + (i == 0 ? "s" + (VIEWS - 1) : "p" + (i - 1))
                        + ", %" + (i == 0 ? "s" + (VIEWS - 1) : "p" + (i - 1)) + ")\n")
                .collect(Collectors.joining());
        return "graph g(%x: f32[n, 12, 32]) {\n  %y: f32[n, 12, 32] = " + anchor + "\n" + views + sums + powers
                + "  return %p" + (POWERS - 1) + "\n}\n";
    }

    private static void cut(String graph, String... lines) {
        Differential.check(graph, Map.of("n", 3L));
        assertEquals(List.of(lines), Cut.of(graph));
    }

    @Test
    void aSliceIsReadInPlace() {
        cut(
                graph(
                        "softmax(%x) {axis = 2}",
                        "[n, 2, 32]",
                        i -> "slice(%y) {starts = [0, " + 2 * i + ", 0], steps = [1, 1, 1], shape = [n, 2, 32]}"),
                "Softmax: y",
                "Traversal: p7",
                "v0 in y at 0",
                "v1 in y at 64");
    }

    @Test
    void soIsOneOfEveryOtherRow() {
        cut(
                graph(
                        "softmax(%x) {axis = 2}",
                        "[n, 4, 32]",
                        i -> "slice(%y) {starts = [0, " + i + ", 0], steps = [1, 2, 1], shape = [n, 4, 32]}"),
                "Softmax: y",
                "Traversal: p7",
                "v0 in y at 0",
                "v1 in y at 32");
    }

    /** The reader could not take neighbours together, or would go backwards, which strides of a place do not say. */
    @Test
    void notOneOfEveryOtherNeighbourOrBackwards() {
        cut(
                graph(
                        "softmax(%x) {axis = 2}",
                        "[n, 12, 8]",
                        i -> "slice(%y) {starts = [0, 0, " + i + "], steps = [1, 1, 2], shape = [n, 12, 8]}"),
                "Softmax: y",
                "Traversal: v0",
                "Traversal: v1",
                "Traversal: p7");
        cut(
                graph(
                        "softmax(%x) {axis = 2}",
                        "[n, 3, 32]",
                        i -> "slice(%y) {starts = [0, " + (11 - i) + ", 0], steps = [1, -2, 1], shape = [n, 3, 32]}"),
                "Softmax: y",
                "Traversal: v0",
                "Traversal: v1",
                "Traversal: p7");
    }
}
