package dev.quern.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GraphTextTest {
    private static final String GRAPH = """
            graph main(%x: f32[n, 768], %/model/mask.1: bool[m], %"a b": i64[]) {
              guard n == m @"Add_3"
              guard n >= 4
              %w: f32[768, 2] = #a32ed2b1ac7d0e6ebc85bd4d9ec36a62
              %y: f32[n, 2] = contract(%x, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32} @"MatMul_3"
              %scale: f32[2] = [1.5, -inf]
              %z: f32[n] = reduce sum(%y) {axes = [1]}
              %e: f32[n] = exp(%z)
              %c: bool[] = true
              %r: f32[n] = if(%c, %e) {
                then = graph then(%e: f32[n]) {
                  return %e
                },
                otherwise = graph "the other"(%v: f32[n]) {
                  %k: f32[n] = neg(%v)
                  return %k
                }
              } @"If_1"
              %i: i64[r, "nonzero count"] = host NonZero(%r) {empty = reals [], "for" = "1", numbers = [1, 2], ratio = -0.0}
              return %r, %i
            }
            """;

    @Test
    void readsAndPrintsAGraph() {
        Tensor weights = Tensor.of(new float[768 * 2], 2, 768);
        String digest = new Literal(weights).digest();
        String text = GRAPH.replaceFirst("#[0-9a-f]+", "#" + digest);
        Graph graph = Parser.parseGraph(text, Map.of(digest, weights)::get);
        assertEquals(text, GraphPrinter.print(graph));
        Op.Host host = (Op.Host) graph.nodes().getLast().op();
        assertEquals(new Attribute.Real(-0.0), host.attributes().get("ratio"));
        assertEquals(new Attribute.Text("1"), host.attributes().get("for"));
        assertEquals(
                List.of("x", "/model/mask.1", "a b"),
                graph.inputs().stream().map(Value::name).toList());
    }

    @Test
    void keepsTheElementsOfEveryType() {
        Random random = new Random(7);
        for (DType dtype : DType.values()) {
            for (long count : new long[] {0, 1, 3, 64, 65}) {
                Tensor tensor;
                if (dtype == DType.STRING) {
                    tensor = Tensor.of(
                            random.ints(count)
                                    .mapToObj(bits -> "s\n\"" + (char) bits)
                                    .toArray(String[]::new),
                            count);
                } else {
                    byte[] bytes = new byte[(int) dtype.byteSize(count)];
                    random.nextBytes(bytes);
                    if (dtype.bits() < 8 && count % (8 / dtype.bits()) != 0) {
                        bytes[bytes.length - 1] &= (byte) ((1 << dtype.bits() * (count % (8 / dtype.bits()))) - 1);
                    }
                    tensor = Tensor.of(MemorySegment.ofArray(bytes), dtype, count);
                }
                roundTrip(tensor);
            }
        }
        roundTrip(Tensor.of(new float[] {3f}));
        roundTrip(Tensor.of(new float[] {3f}, 1, 1));
        roundTrip(Tensor.of(new float[0], 3, 0));
    }

    private static void roundTrip(Tensor tensor) {
        TensorType type = new TensorType(tensor.dtype(), Shape.of(tensor.shape()));
        Value value = new Value("c", type);
        Node node = new Node(new Op.Constant(new Literal(tensor)), List.of(), List.of(value), "");
        Graph graph = new Graph("g", List.of(), List.of(value), List.of(node), List.of());
        String text = GraphPrinter.print(graph);
        assertEquals(graph, Parser.parseGraph(text, digest -> tensor), text);
        assertEquals(tensor.elements() > 64, text.contains("#" + new Literal(tensor).digest()));
    }

    @Test
    void readsALongGraphInLinearTime() {
        TensorType type = new TensorType(DType.F32, Shape.of(Dim.symbol("n"), Dim.of(384)));
        List<Node> nodes = new ArrayList<>();
        Value last = new Value("x", type);
        Value input = last;
        for (int index = 0; index < 2_000; index++) {
            Value next = new Value("/layers." + index + "/relu", type);
            nodes.add(new Node(
                    new Op.Binary(dev.quern.ir.BinaryOp.MAX), List.of(last, last), List.of(next), "Relu_" + index));
            last = next;
        }
        Graph graph = new Graph("long", List.of(input), List.of(last), nodes, List.of());
        assertEquals(graph, Parser.parseGraph(GraphPrinter.print(graph)));
    }

    @Test
    void saysWhatIsWrong() {
        expect("graph g() {\n  return %y }", "2:10: expected a value defined before, found %y");
        expect("graph g(%x: f32[]) { %y: f32[] = exp(%x) }", "1:42: expected 'return', found '}'");
        expect("graph g(%x: f32[], %x: f32[]) { return }", "1:20: expected a name that no other value has, found %x");
        expect("graph g(%x: f32[]) { %y: f32[] = sexp(%x) return }", "1:34: expected an operation, found sexp");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = reduce(%x) return }",
                "1:35: expected a variant after reduce, found none");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = reduce mean(%x) return }",
                "1:42: expected one of sum, product, min, max, and, or, found mean");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = softmax(%x) return }",
                "1:35: expected attribute axis of softmax, found none");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = softmax(%x) {axis = n} return }",
                "1:55: expected a whole number, found n");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = softmax(%x) {axis = 1, axis = 1} return }",
                "1:58: expected each attribute once, found axis");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = softmax(%x) {axis = 1, axes = 1} return }",
                "1:65: expected no attribute axes of softmax, found 1");
        expect(
                "graph g(%x: f32[2]) { %y: f32[] = if(%x) {then = 1} return }",
                "1:35: expected a graph for then, found something else");
        expect("graph g() { %y: f32[2] = [1.0] return }", "1:26: expected 2 elements, found 1");
        expect("graph g() { %y: f32[n] = [1.0] return }", "1:26: expected constant extents, found f32[n]");
        expect("graph g() { %y: i8[1] = [1.0] return }", "1:25: expected values of i8, found 1.0");
        expect(
                "graph g() { %y: f32[100] = #00ff return }",
                "1:28: expected the digest of constant elements that are given, found #00ff");
        expect("graph g() { %y: string[1] = [1] return }", "1:29: expected quoted texts, found [1]");
        expect(
                "graph g() { %y: i64[1] = host f() {a = []} return }",
                "1:40: expected wholes [], reals [] or texts [], found []");
        expect(
                "graph g() { %y: i64[1] = host f() {a = graph h() {return}} return }",
                "1:40: expected a number, a text or a list, found graphh(){return}");
    }

    private static void expect(String text, String message) {
        ModelException mistake = assertThrows(ModelException.class, () -> Parser.parseGraph(text));
        assertEquals(message, mistake.getMessage());
    }

    @Test
    void refusesDeepGraphs() {
        String open = "graph g(%c: bool[]) { %y: f32[] = if(%c) {then = ";
        ModelException mistake = assertThrows(ModelException.class, () -> Parser.parseGraph(open.repeat(1_000)));
        assertTrue(mistake.getMessage().endsWith("expected brackets at most 200 deep, found deeper ones"));
    }
}
