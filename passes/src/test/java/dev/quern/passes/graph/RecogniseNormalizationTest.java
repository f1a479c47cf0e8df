package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Spellings of normalisation that are recognised, and computations that only look like one. */
class RecogniseNormalizationTest {
    /**
     * {@code (x - mean)/sqrt(mean((x - mean)²) + e)}.
     *
     * @param shape of x
     * @param axes over which means are taken
     * @param mean the shape that the mean of x is given before it is spread
     * @param variance the shape that the mean square is given before it is spread
     */
    private static Graph layer(List<Integer> shape, List<Integer> axes, List<Integer> mean, List<Integer> variance) {
        List<Integer> rest = IntStream.range(0, shape.size())
                .filter(axis -> !axes.contains(axis))
                .mapToObj(shape::get)
                .toList();
        int count = axes.stream().map(shape::get).reduce(1, (left, right) -> left * right);
        return Parser.parseGraph("""
                graph g(%x: f32[S]) {
                  %n: f32[] = COUNT.0
                  %e: f32[] = 0.001
                  %ns: f32[R] = broadcast(%n) {shape = [R]}
                  %es: f32[V] = broadcast(%e) {shape = [V]}
                  %s: f32[R] = reduce sum(%x) {axes = [A]}
                  %a: f32[R] = div(%s, %ns)
                  %m: f32[M] = reshape(%a) {shape = [M]}
                  %ms: f32[S] = broadcast(%m) {shape = [S]}
                  %d: f32[S] = sub(%x, %ms)
                  %q: f32[S] = mul(%d, %d)
                  %t: f32[R] = reduce sum(%q) {axes = [A]}
                  %b: f32[R] = div(%t, %ns)
                  %v: f32[V] = reshape(%b) {shape = [V]}
                  %w: f32[V] = add(%v, %es)
                  %r: f32[V] = sqrt(%w)
                  %rs: f32[S] = broadcast(%r) {shape = [S]}
                  %y: f32[S] = div(%d, %rs)
                  return %y
                }
                """.replace("[S]", text(shape))
                .replace("[R]", text(rest))
                .replace("[A]", text(axes))
                .replace("[M]", text(mean))
                .replace("[V]", text(variance))
                .replace("COUNT", "" + count));
    }

    private static String text(List<Integer> extents) {
        return extents.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    /** What is normalised after the passes: the operand, and whether its mean is taken away. */
    private static void recognised(String expected, Graph graph) {
        String found = GraphPipeline.run(graph).nodes().stream()
                .filter(node -> node.op() instanceof Op.Normalize)
                .map(node -> node.input(0).name() + (((Op.Normalize) node.op()).centred() ? " around its mean" : ""))
                .collect(Collectors.joining(", "));
        assertEquals(expected, found, graph.toString());
        Differential.check(GraphPrinter.print(graph), Map.of("n", 5L));
    }

    @Test
    void rowsAreTheLastAxes() {
        recognised("x around its mean", layer(List.of(4, 4), List.of(1), List.of(4, 1), List.of(4, 1)));
        recognised("x around its mean", layer(List.of(4, 4, 4), List.of(2), List.of(4, 4, 1), List.of(4, 4, 1)));
        recognised("x around its mean", layer(List.of(4, 4, 4), List.of(1, 2), List.of(4, 1, 1), List.of(4, 1, 1)));
        recognised("x around its mean", layer(List.of(4, 4, 4), List.of(0, 1, 2), List.of(), List.of(1, 1)));
        recognised("", layer(List.of(4, 4), List.of(0), List.of(1, 4), List.of(1, 4)));
        recognised("", layer(List.of(4, 4, 4), List.of(0, 2), List.of(1, 4, 1), List.of(1, 4, 1)));
    }

    @Test
    void meansLieAlongTheAxesThatTheyAreOf() {
        recognised("", layer(List.of(4, 4), List.of(1), List.of(4), List.of(4)));
        recognised("", layer(List.of(4, 4), List.of(1), List.of(4, 1), List.of(4)));
        recognised("d", layer(List.of(4, 4), List.of(1), List.of(4), List.of(4, 1)));
        recognised("", layer(List.of(4, 4), List.of(1), List.of(1, 4), List.of(1, 4)));
        recognised("", layer(List.of(4, 4, 4), List.of(2), List.of(4, 1, 4), List.of(4, 1, 4)));
        recognised("d", layer(List.of(4, 4, 4), List.of(2), List.of(1, 4, 4), List.of(4, 4, 1)));
        recognised("", layer(List.of(4, 4, 4), List.of(2), List.of(4, 4), List.of(4, 4)));
        recognised("d", layer(List.of(4, 4, 4), List.of(1, 2), List.of(4), List.of(4, 1, 1)));
        recognised("", layer(List.of(4, 4, 4), List.of(1, 2), List.of(4, 1, 1), List.of(1, 4, 1)));
    }

    @Test
    void axesOfExtentOneLieAlongAny() {
        recognised("x around its mean", layer(List.of(1, 4), List.of(1), List.of(1), List.of(1, 1)));
        recognised("x around its mean", layer(List.of(1, 3, 4), List.of(2), List.of(3, 1), List.of(1, 3, 1)));
        recognised("d", layer(List.of(1, 4, 4), List.of(2), List.of(4), List.of(4, 1)));
    }

    private static void rms(String expected, String last) {
        recognised(expected, Parser.parseGraph("""
                graph g(%x: f32[n, 8], %z: f32[n, 8]) {
                  %c: f32[] = 0.125
                  %e: f32[] = 1.0E-6
                  %one: f32[] = 1.0
                  %half: f32[] = 0.5
                  %cs: f32[n, 1] = broadcast(%c) {shape = [n, 1]}
                  %es: f32[n, 1] = broadcast(%e) {shape = [n, 1]}
                  %ones: f32[n, 1] = broadcast(%one) {shape = [n, 1]}
                  %halves: f32[n, 1] = broadcast(%half) {shape = [n, 1]}
                  %q: f32[n, 8] = mul(%x, %x)
                  %s: f32[n] = reduce sum(%q) {axes = [1]}
                  %k: f32[n, 1] = reshape(%s) {shape = [n, 1]}
                  %m: f32[n, 1] = mul(%k, %cs)
                  %v: f32[n, 1] = add(%m, %es)
                """ + last + """
                  return %y
                }
                """));
    }

    @Test
    void rootMeanSquaresInTheirSpellings() {
        rms("x", """
                  %r: f32[n, 1] = sqrt(%v)
                  %rs: f32[n, 8] = broadcast(%r) {shape = [n, 8]}
                  %y: f32[n, 8] = div(%x, %rs)
                """);
        rms("x", """
                  %r: f32[n, 1] = sqrt(%v)
                  %i: f32[n, 1] = div(%ones, %r)
                  %rs: f32[n, 8] = broadcast(%i) {shape = [n, 8]}
                  %y: f32[n, 8] = mul(%rs, %x)
                """);
        rms("x", """
                  %r: f32[n, 1] = pow(%v, %halves)
                  %i: f32[n, 1] = reciprocal(%r)
                  %rs: f32[n, 8] = broadcast(%i) {shape = [n, 8]}
                  %y: f32[n, 8] = mul(%x, %rs)
                """);
    }

    @Test
    void notOfAnotherTensorNorOfAnInverse() {
        rms("", """
                  %r: f32[n, 1] = sqrt(%v)
                  %rs: f32[n, 8] = broadcast(%r) {shape = [n, 8]}
                  %y: f32[n, 8] = div(%z, %rs)
                """);
        rms("", """
                  %r: f32[n, 1] = sqrt(%v)
                  %rs: f32[n, 8] = broadcast(%r) {shape = [n, 8]}
                  %y: f32[n, 8] = div(%rs, %x)
                """);
        rms("", """
                  %r: f32[n, 1] = sqrt(%v)
                  %rs: f32[n, 8] = broadcast(%r) {shape = [n, 8]}
                  %y: f32[n, 8] = mul(%x, %rs)
                """);
    }
}
