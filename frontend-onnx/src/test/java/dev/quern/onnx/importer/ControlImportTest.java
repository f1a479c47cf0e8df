package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlImportTest {
    private static OnnxAttribute body(OnnxGraph graph) {
        return new OnnxAttribute.GraphValue(graph);
    }

    private static OnnxGraph branch(String operator, String operand, String result) {
        return new OnnxBuilder()
                .node(operator, List.of(operand), List.of(result))
                .output(result)
                .graph();
    }

    private static Map<String, OnnxAttribute> branches(OnnxGraph then, OnnxGraph otherwise) {
        return Map.of("then_branch", body(then), "else_branch", body(otherwise));
    }

    @Test
    void aDecidedChoiceLeavesItsBranch() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .initializer("two", Tensor.of(new long[] {8}))
                .node("Size", List.of("x"), List.of("size"))
                .node("Less", List.of("size", "minus"), List.of("unused"))
                .initializer("minus", Tensor.of(new long[] {-1}))
                .node("If", List.of("unused"), List.of("y"), branches(branch("Exp", "x", "a"), branch("Log", "x", "b")))
                .output("y"));
        assertEquals(
                List.of("LOG"),
                Imports.operations(graph, Op.Unary.class).stream()
                        .map(op -> op.function().name())
                        .toList());
        assertTrue(Imports.operations(graph, Op.If.class).isEmpty());
    }

    @Test
    void branchesCaptureWhatTheyUse() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("c", DType.BOOL)
                .input("x", DType.F32, "n")
                .input("z", DType.F32, "n")
                .node("If", List.of("c"), List.of("y"), branches(branch("Exp", "x", "a"), branch("Log", "z", "b")))
                .output("y"));
        Op.If choice = Imports.operations(graph, Op.If.class).getFirst();
        assertEquals(
                List.of("c", "x", "z"),
                graph.nodes().getFirst().inputs().stream().map(Value::name).toList());
        assertEquals(
                List.of("x", "z"),
                choice.then().inputs().stream().map(Value::name).toList());
        assertEquals(
                List.of("x", "z"),
                choice.otherwise().inputs().stream().map(Value::name).toList());
        assertEquals("f32[n]", Imports.type(graph, 0));
    }

    @Test
    void aChoiceOfRankIsAssumed() {
        OnnxGraph squeezed = new OnnxBuilder()
                .initializer("last", Imports.longs(-1))
                .node("Squeeze", List.of("x", "last"), List.of("a"))
                .output("a")
                .graph();
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, 4, "n")
                .initializer("index", Tensor.of(new long[] {-1}))
                .initializer("one", Tensor.of(new long[] {1}))
                .node("Shape", List.of("x"), List.of("s"))
                .node("Gather", List.of("s", "index"), List.of("n"))
                .node("Equal", List.of("n", "one"), List.of("c"))
                .node("If", List.of("c"), List.of("y"), branches(squeezed, branch("Identity", "x", "b")))
                .output("y"));
        assertEquals("f32[4]", Imports.type(graph, 0));
        assertEquals(
                List.of("n == 1"),
                graph.guards().stream().map(ShapeGuard::toString).toList());
    }

    @Test
    void loopsKnowTheirLengthAndGeneraliseWhatGrows() {
        OnnxGraph loop = new OnnxBuilder()
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .input("state", DType.F32, "any")
                .node("Concat", List.of("state", "x"), List.of("longer"), Map.of("axis", new OnnxAttribute.Int(0)))
                .node("Exp", List.of("x"), List.of("each"))
                .output("go")
                .output("longer")
                .output("each")
                .graph();
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n")
                .initializer("trips", Tensor.of(new long[] {5}))
                .initializer("yes", Tensor.of(new boolean[] {true}))
                .node("Loop", List.of("trips", "yes", "x"), List.of("all", "stack"), Map.of("body", body(loop)))
                .output("all")
                .output("stack"));
        assertEquals("f32[5, n]", Imports.type(graph, 1));
        assertTrue(Imports.type(graph, 0).startsWith("f32[all"), Imports.type(graph, 0));
        Op.Loop op = Imports.operations(graph, Op.Loop.class).getFirst();
        assertEquals(1, op.carried());
        assertEquals(4, op.body().inputs().size(), "iteration, condition, state, captured x");
    }

    @Test
    void scansStackSlices() {
        OnnxGraph step = new OnnxBuilder()
                .input("sum", DType.F32, 3)
                .input("row", DType.F32, 3)
                .node("Add", List.of("sum", "row"), List.of("next"))
                .node("Identity", List.of("next"), List.of("out"))
                .output("next")
                .output("out")
                .graph();
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("start", DType.F32, 3)
                .input("rows", DType.F32, "t", 3)
                .node(
                        "Scan",
                        List.of("start", "rows"),
                        List.of("last", "all"),
                        Map.of("body", body(step), "num_scan_inputs", new OnnxAttribute.Int(1)))
                .output("last")
                .output("all"));
        assertEquals("f32[3]", Imports.type(graph, 0));
        assertEquals("f32[t, 3]", Imports.type(graph, 1));
    }

    @Test
    void functionsAreInlinedWithTheirAttributes() {
        OnnxNode leaky = new OnnxNode(
                "",
                "LeakyRelu",
                "",
                "",
                List.of("a"),
                List.of("b"),
                Map.of("alpha", new OnnxAttribute.Reference("slope")));
        OnnxFunction function = new OnnxFunction(
                "own",
                "Soften",
                "",
                List.of("a"),
                List.of("b"),
                List.of(),
                Map.of("slope", new OnnxAttribute.Float(0.25f)),
                List.of(leaky),
                Map.of("", 17L));
        OnnxNode call = new OnnxNode("", "Soften", "own", "", List.of("x"), List.of("y"), Map.of());
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .opset("own", 1)
                .input("x", DType.F32, "n")
                .function(function)
                .node(call)
                .output("y"));
        assertTrue(Imports.operations(graph, Op.Constant.class).stream()
                .anyMatch(constant -> TensorNumbers.at(constant.literal().tensor(), 0) == 0.25));
        assertEquals("y", graph.outputs().getFirst().name());
    }
}
