package dev.quern.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each rule of {@link GraphVerifier} broken. */
class GraphVerifierTest {
    private static final Dim N = Dim.symbol("n");
    private static final Dim M = Dim.symbol("m");
    private static final TensorType ROW = new TensorType(DType.F32, Shape.of(N));
    private static final TensorType COUNT = new TensorType(DType.I64, Shape.SCALAR);
    private static final TensorType TRUTH = new TensorType(DType.BOOL, Shape.SCALAR);
    private static final Value X = new Value("x", ROW);
    private static final Value Y = new Value("y", ROW);
    private static final Value C = new Value("c", TRUTH);
    private static final Value T = new Value("t", COUNT);
    private static final Op NEG = new Op.Unary(UnaryOp.NEG);
    private static final Graph SAME = graph("same", List.of(X), List.of(X));
    private static final Graph STEP = graph("step", List.of(T, C, X), List.of(C, X));

    private static Graph graph(String name, List<Value> inputs, List<Value> outputs, Node... nodes) {
        return new Graph(name, inputs, outputs, List.of(nodes), List.of());
    }

    private static Node node(Op op, Value result, Value... operands) {
        return new Node(op, List.of(operands), List.of(result), "");
    }

    private static Value value(String name, DType dtype, Dim... dims) {
        return new Value(name, new TensorType(dtype, Shape.of(dims)));
    }

    private static void expect(String message, Graph graph) {
        InvalidIrException breach = assertThrows(InvalidIrException.class, () -> GraphVerifier.verify(graph));
        assertEquals("graph g" + message, breach.getMessage());
    }

    /** Expects a breach in a graph of one node, with inputs x, t and c. */
    private static void expectOf(String message, Node node) {
        expect(message, graph("g", List.of(X, T, C), node.outputs(), node));
    }

    @Test
    void acceptsGraphsThatObey() {
        GraphVerifier.verify(graph("g", List.of(X), List.of(Y, X), node(NEG, Y, X)));
        GraphVerifier.verify(graph("g", List.of(X, C), List.of(Y), node(new Op.If(SAME, SAME), Y, C, X)));
        GraphVerifier.verify(graph("g", List.of(X, C, T), List.of(Y), node(new Op.Loop(STEP, 1), Y, T, C, X)));
        Value z = value("z", DType.F32, M);
        Node sum = node(new Op.Binary(BinaryOp.ADD), value("s", DType.F32, M), X, z);
        ShapeGuard equal = new ShapeGuard(N, ShapeGuard.Relation.EQUAL, M, "");
        GraphVerifier.verify(new Graph("g", List.of(X, z), List.of(sum.output()), List.of(sum), List.of(equal)));
        Value found = value("f", DType.I64, Dim.ONE, Dim.symbol("fresh"));
        Node host = node(new Op.Host("NonZero", Map.of()), found, X);
        Node after =
                node(new Op.Reshape(Shape.of(Dim.symbol("fresh"))), value("r", DType.I64, Dim.symbol("fresh")), found);
        GraphVerifier.verify(graph("g", List.of(X), List.of(after.output()), host, after));
    }

    @Test
    void names() {
        expect(": name: expected one that no other value has, found %x", graph("g", List.of(X, X), List.of()));
        expect(
                ", Unary of %x: name: expected one that no other value has, found %x",
                graph("g", List.of(X), List.of(), node(NEG, X, X)));
    }

    @Test
    void order() {
        expect(
                ", Unary of %y: operand: expected a value defined before, found %z",
                graph(
                        "g",
                        List.of(X),
                        List.of(),
                        node(NEG, Y, new Value("z", ROW)),
                        node(NEG, new Value("z", ROW), X)));
        expect(
                ", Unary of %y: type of operand %x: expected f32[n], found f32[m]",
                graph("g", List.of(X), List.of(), node(NEG, value("y", DType.F32, M), value("x", DType.F32, M))));
        expect(": output: expected a value defined before, found %y", graph("g", List.of(X), List.of(Y)));
        Graph open = graph("open", List.of(), List.of(X));
        expectOf(", If of %y: number of inputs of open: expected 1, found 0", node(new Op.If(open, open), Y, C, X));
        expectOf(
                ", If of %y, graph open: output: expected a value defined before, found %x",
                node(new Op.If(open, open), Y, C));
    }

    @Test
    void types() {
        expectOf(", Unary of %y: type of %y: expected f32[n], found f64[n]", node(NEG, value("y", DType.F64, N), X));
        expectOf(
                ", Unary of %y @\"Neg 1\": results: expected 1, found 2",
                new Node(NEG, List.of(X), List.of(Y, new Value("z", ROW)), "Neg 1"));
        expectOf(", Softmax of %y: Softmax: axis: expected 0 to 0, found 1", node(new Op.Softmax(1, false), Y, X));
        expectOf(", Unary of %y: Unary: operands: expected 1, found 2", node(NEG, Y, X, X));
        Value z = value("z", DType.F32, M);
        expect(
                ", Binary of %s: type of %s: expected f32[n], found f32[m]",
                graph(
                        "g",
                        List.of(X, z),
                        List.of(),
                        node(new Op.Binary(BinaryOp.ADD), value("s", DType.F32, M), X, z)));
    }

    /** What the operation's attributes alone show to be wrong is refused where it is made. */
    private static void refuses(String message, Executable making) {
        assertEquals(message, assertThrows(ModelException.class, making).getMessage());
    }

    @Test
    void branches() {
        expectOf(", If of %y: type of condition: expected bool[], found i64[]", node(new Op.If(SAME, SAME), Y, T, X));
        expectOf(
                ", If of %y: type of input 0 of same: expected bool[], found f32[n]",
                node(new Op.If(SAME, SAME), Y, C, C));
        Graph none = graph("none", List.of(X), List.of());
        refuses("If: results of the other branch: expected 1, found 0", () -> new Op.If(SAME, none));
        expectOf(
                ", If of %y: type of output 0 of same: expected i64[], found f32[n]",
                node(new Op.If(SAME, SAME), new Value("y", COUNT), C, X));
        expectOf(", If of %y: number of operands: expected at least 1, found 0", node(new Op.If(none, none), Y));
    }

    @Test
    void loops() {
        expectOf(
                ", Loop of %y: type of trip count: expected i64[], found bool[]",
                node(new Op.Loop(STEP, 1), Y, C, C, X));
        expectOf(
                ", Loop of %y: type of condition: expected bool[], found i64[]",
                node(new Op.Loop(STEP, 1), Y, T, T, X));
        expectOf(", Loop of %y: number of operands: expected at least 3, found 2", node(new Op.Loop(STEP, 1), Y, T, C));
        expectOf(
                ", Loop of %y: number of inputs of step: expected 4, found 3",
                node(new Op.Loop(STEP, 1), Y, T, C, X, X));
        refuses("Loop: carried values: expected at least 0, found -1", () -> new Op.Loop(STEP, -1));
        Graph swapped = graph("swapped", List.of(C, T, X), List.of(C, X));
        expectOf(
                ", Loop of %y: type of iteration of swapped: expected i64[], found bool[]",
                node(new Op.Loop(swapped, 1), Y, T, C, X));
        Graph endless = graph("endless", List.of(T, C, X), List.of(T, X));
        expectOf(
                ", Loop of %y: type of next condition of endless: expected bool[], found i64[]",
                node(new Op.Loop(endless, 1), Y, T, C, X));
        Graph changing = graph("changing", List.of(T, C, X), List.of(C, T));
        expectOf(
                ", Loop of %y: type of output 1 of changing: expected f32[n], found i64[]",
                node(new Op.Loop(changing, 1), Y, T, C, X));
        expectOf(
                ", Loop of %y: type of output 1 of step: expected f32[], found f32[n]",
                node(new Op.Loop(STEP, 0), Y, T, C, X));
    }

    @Test
    void scans() {
        Value row = value("x", DType.F32);
        Graph body = graph("body", List.of(row), List.of(row));
        Op scan = new Op.Scan(body, 0, List.of(0), List.of(false), List.of(0), List.of(false));
        GraphVerifier.verify(graph("g", List.of(X), List.of(Y), node(scan, Y, X)));
        Op outside = new Op.Scan(body, 0, List.of(1), List.of(false), List.of(0), List.of(false));
        expectOf(", Scan of %y: axis of input 0 of body: expected 0 to 0, found 1", node(outside, Y, X));
        refuses(
                "Scan: axes: expected 1, found []",
                () -> new Op.Scan(body, 0, List.of(0), List.of(), List.of(0), List.of(false)));
        Op whole = new Op.Scan(SAME, 0, List.of(0), List.of(false), List.of(0), List.of(false));
        expectOf(", Scan of %y: type of input 0 of same: expected f32[], found f32[n]", node(whole, Y, X));
        Op state = new Op.Scan(body, 1, List.of(), List.of(), List.of(), List.of());
        expectOf(", Scan of %y: type of result 0: expected f32[], found f32[n]", node(state, Y, X));
    }

    @Test
    void symbols() {
        String expected =
                "expected one of an input, or of an earlier result of host operations or control flow, found m";
        expectOf(
                ", Reshape of %y: symbol in m: " + expected,
                node(new Op.Reshape(Shape.of(M)), value("y", DType.F32, M), X));
        ShapeGuard guard = new ShapeGuard(N, ShapeGuard.Relation.AT_LEAST, M, "");
        expect(
                ", guard n >= m: symbol in m: " + expected,
                new Graph("g", List.of(X), List.of(X), List.of(), List.of(guard)));
    }
}
