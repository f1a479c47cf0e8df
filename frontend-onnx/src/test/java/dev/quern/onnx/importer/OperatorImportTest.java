package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorImportTest {
    private static OnnxAttribute ints(Long... values) {
        return new OnnxAttribute.Ints(List.of(values));
    }

    private static OnnxAttribute integer(long value) {
        return new OnnxAttribute.Int(value);
    }

    private static OnnxAttribute text(String value) {
        return new OnnxAttribute.EncodedText(OnnxAttribute.Bytes.of(value));
    }

    @Test
    void aMatrixOnTheRightHasNoBatchAxes() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, "b", "s", 8)
                .input("w", DType.F32, 8, 5)
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y"));
        Op.Contract contract = Imports.operations(graph, Op.Contract.class).getFirst();
        assertEquals(List.of("b0", "m", "k"), contract.left());
        assertEquals(List.of("k", "n"), contract.right());
        assertEquals("f32[b, s, 5]", Imports.type(graph, 0));
    }

    @Test
    void batchAxesOfExtentOneAreDropped() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, 1, 4, 3, 8)
                .input("w", DType.F32, 6, 1, 8, 5)
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y"));
        Op.Contract contract = Imports.operations(graph, Op.Contract.class).getFirst();
        assertEquals(List.of("b1", "m", "k"), contract.left());
        assertEquals(List.of("b0", "k", "n"), contract.right());
        assertEquals("f32[6, 4, 3, 5]", Imports.type(graph, 0));
    }

    @Test
    void gemmScalesOnlyWhereItMust() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n", 8)
                .input("w", DType.F32, 5, 8)
                .input("b", DType.F32, 5);
        Map<String, OnnxAttribute> attributes = Map.of("transB", integer(1));
        Graph graph = Imports.graph(model.node("Gemm", List.of("x", "w", "b"), List.of("y"), attributes)
                .output("y"));
        assertEquals(
                List.of("n", "k"),
                Imports.operations(graph, Op.Contract.class).getFirst().right());
        assertEquals(1, Imports.operations(graph, Op.Binary.class).size());
    }

    @Test
    void einsumSharesAxesByLetters() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("q", DType.F32, "b", "h", "s", 8)
                .input("k", DType.F32, "b", "h", "t", 8)
                .node("Einsum", List.of("q", "k"), List.of("y"), Map.of("equation", text("...id,...jd->...ij")))
                .output("y"));
        assertEquals("f32[b, h, s, t]", Imports.type(graph, 0));
        assertEquals(1, graph.nodes().size());
    }

    @Test
    void convolutionsAreChannelsLast() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, 1, 4, "h", 32)
                .input("w", DType.F32, 6, 2, 3, 3)
                .input("b", DType.F32, 6)
                .node(
                        "Conv",
                        List.of("x", "w", "b"),
                        List.of("y"),
                        Map.of("group", integer(2), "strides", ints(2L, 2L), "auto_pad", text("SAME_UPPER")))
                .output("y"));
        assertEquals("f32[1, 6, floordiv(h + 1, 2), 16]", Imports.type(graph, 0));
        assertEquals(
                List.of(List.of(0, 2, 3, 1), List.of(2, 3, 1, 0), List.of(0, 3, 1, 2)),
                Imports.operations(graph, Op.Transpose.class).stream()
                        .map(Op.Transpose::permutation)
                        .toList());
    }

    @Test
    void ceilModeMakesRoomForAPartialWindow() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, 1, 4, 7, 8)
                .node(
                        "MaxPool",
                        List.of("x"),
                        List.of("y"),
                        Map.of("kernel_shape", ints(2L, 2L), "strides", ints(2L, 2L), "ceil_mode", integer(1)))
                .output("y"));
        assertEquals("f32[1, 4, 4, 4]", Imports.type(graph, 0));
        Op.Pool pool = Imports.operations(graph, Op.Pool.class).getFirst();
        assertEquals("[1, 0]", pool.window().after().toString());
    }

    @Test
    void paddingThatIsCountedDoesNotIncludeThePartialWindow() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, 1, 4, 7)
                .node(
                        "AveragePool",
                        List.of("x"),
                        List.of("y"),
                        Map.of(
                                "kernel_shape", ints(3L),
                                "strides", ints(2L),
                                "pads", ints(1L, 0L),
                                "ceil_mode", integer(1),
                                "count_include_pad", integer(1)))
                .output("y"));
        assertEquals(1, Imports.operations(graph, Op.Pad.class).size());
        Op.Pool pool = Imports.operations(graph, Op.Pool.class).getFirst();
        assertEquals(false, pool.countPadding());
    }

    @Test
    void softmaxFlattensBeforeVersion13() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(11)
                .input("x", DType.F32, "n", 3, 4)
                .node("Softmax", List.of("x"), List.of("y"))
                .output("y"));
        assertEquals("f32[n, 3, 4]", Imports.type(graph, 0));
        List<Op.Reshape> reshapes = Imports.operations(graph, Op.Reshape.class);
        assertEquals("[n, 12]", reshapes.getFirst().shape().toString());
    }

    @Test
    void theZeroPointLeavesTheProduct() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, "n", 8)
                .initializer("w", Tensor.of(new byte[40], 8, 5))
                .initializer("wz", Tensor.of(new byte[1]))
                .node("DynamicQuantizeLinear", List.of("x"), List.of("q", "scale", "zero"))
                .node("MatMulInteger", List.of("q", "w", "zero", "wz"), List.of("y"))
                .output("y"));
        assertEquals("i32[n, 5]", Imports.type(graph, 0));
        assertEquals(
                DType.I32,
                Imports.operations(graph, Op.Contract.class).getFirst().accumulate());
        assertEquals(
                List.of(DType.U8, DType.I8),
                graph.nodes().stream()
                        .filter(node -> node.op() instanceof Op.Contract)
                        .flatMap(node -> node.inputs().stream())
                        .map(value -> value.type().dtype())
                        .toList());
    }

    @Test
    void recurrentDirectionsAreJoined() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, "t", "b", 3)
                .input("w", DType.F32, 2, 20, 3)
                .input("r", DType.F32, 2, 20, 5)
                .node(
                        "LSTM",
                        List.of("x", "w", "r"),
                        List.of("y", "h", "c"),
                        Map.of("direction", text("bidirectional"), "hidden_size", integer(5)))
                .output("y")
                .output("h"));
        assertEquals("f32[t, 2, b, 5]", Imports.type(graph, 0));
        assertEquals("f32[2, b, 5]", Imports.type(graph, 1));
        assertEquals(
                List.of(false, true),
                Imports.operations(graph, Op.Recurrent.class).stream()
                        .map(Op.Recurrent::reverse)
                        .toList());
    }

    @Test
    void resizeByScalesOfSymbolicExtents() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .input("x", DType.F32, 1, 3, "h", "w")
                .initializer("scales", Tensor.of(new float[] {1, 1, 2, 2.5f}, 4))
                .node("Resize", List.of("x", "", "scales"), List.of("y"))
                .output("y"));
        assertEquals("f32[1, 3, 2*h, floordiv(w, 2) + 2*w]", Imports.type(graph, 0));
        assertTrue(Imports.operations(graph, Op.Host.class).isEmpty());
    }
}
