package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShapeImportTest {
    private static final Map<String, OnnxAttribute> AXIS_0 = Map.of("axis", new OnnxAttribute.Int(0));

    private static OnnxAttribute ints(Long... values) {
        return new OnnxAttribute.Ints(List.of(values));
    }

    @Test
    void shapeArithmeticBecomesOneReshape() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "batch", "seq", 384)
                .initializer("zero", Tensor.of(new long[] {0}))
                .initializer("one", Tensor.of(new long[] {1}))
                .initializer("axes", Imports.longs(0))
                .initializer("heads", Imports.longs(12, -1))
                .node("Shape", List.of("x"), List.of("s"))
                .node("Gather", List.of("s", "zero"), List.of("b"), AXIS_0)
                .node("Gather", List.of("s", "one"), List.of("t"), AXIS_0)
                .node("Unsqueeze", List.of("b", "axes"), List.of("b1"))
                .node("Unsqueeze", List.of("t", "axes"), List.of("t1"))
                .node("Concat", List.of("b1", "t1", "heads"), List.of("target"), AXIS_0)
                .node("Reshape", List.of("x", "target"), List.of("y"))
                .output("y"));
        assertEquals("f32[batch, seq, 12, 32]", Imports.type(graph, 0));
        assertEquals(1, graph.nodes().size());
        assertEquals(List.of(), graph.guards());
    }

    @Test
    void minusOneIsReplacedBeforeExpand() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, 1, "n")
                .input("like", DType.F32, "m", "n")
                .initializer("minus", Imports.longs(-1))
                .initializer("ones", Imports.longs(1, 1))
                .node("Shape", List.of("like"), List.of("s"))
                .node("Equal", List.of("s", "minus"), List.of("e"))
                .node("Where", List.of("e", "ones", "s"), List.of("target"))
                .node("Expand", List.of("x", "target"), List.of("y"))
                .output("y"));
        assertEquals("f32[m, n]", Imports.type(graph, 0));
        assertEquals(1, graph.nodes().size());
    }

    @Test
    void slicesThatMayNotFitAreGuarded() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("ids", DType.I64, "seq")
                .initializer("positions", Tensor.of(new float[512], 512))
                .initializer("zero", Imports.longs(0))
                .node("Shape", List.of("ids"), List.of("s"))
                .node("Slice", List.of("positions", "zero", "s"), List.of("y"))
                .output("y"));
        assertEquals("f32[seq]", Imports.type(graph, 0));
        assertEquals(
                List.of("512 >= seq"),
                graph.guards().stream().map(ShapeGuard::toString).toList());
    }

    @Test
    void slicesClampAndReverse() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, 10, "n")
                .initializer("starts", Imports.longs(-3, Long.MAX_VALUE))
                .initializer("ends", Imports.longs(100, Long.MIN_VALUE))
                .initializer("axes", Imports.longs(0, 1))
                .initializer("steps", Imports.longs(2, -1))
                .node("Slice", List.of("x", "starts", "ends", "axes", "steps"), List.of("y"))
                .output("y"));
        assertEquals("f32[2, n]", Imports.type(graph, 0));
        Op.Slice slice = Imports.operations(graph, Op.Slice.class).getFirst();
        assertEquals("[7, n - 1]", slice.starts().toString());
        assertEquals(List.of(2L, -1L), slice.steps());
    }

    @Test
    void axesMeanTheSameAsAttributeAndAsOperand() {
        Graph old = Imports.graph(new OnnxBuilder()
                .opset(11)
                .input("x", DType.F32, "n", 1, 4)
                .node("Squeeze", List.of("x"), List.of("s"), Map.of("axes", ints(-2L)))
                .node("ReduceSum", List.of("s"), List.of("y"), Map.of("axes", ints(1L)))
                .output("y"));
        Graph recent = Imports.graph(new OnnxBuilder()
                .opset(18)
                .input("x", DType.F32, "n", 1, 4)
                .initializer("one", Imports.longs(-2))
                .initializer("sum", Imports.longs(1))
                .node("Squeeze", List.of("x", "one"), List.of("s"))
                .node("ReduceSum", List.of("s", "sum"), List.of("y"))
                .output("y"));
        assertEquals("f32[n, 1]", Imports.type(old, 0));
        assertEquals(old.outputs(), recent.outputs());
        assertEquals(Imports.operations(old, Op.class), Imports.operations(recent, Op.class));
    }

    @Test
    void rangesOverDimensionsAreStatic() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("past", DType.F32, "past", 8)
                .input("ids", DType.I64, "seq")
                .initializer("zero", Tensor.of(new long[] {0}))
                .initializer("one", Tensor.of(new long[] {1}))
                .node("Shape", List.of("past"), List.of("ps"))
                .node("Gather", List.of("ps", "zero"), List.of("p"))
                .node("Size", List.of("ids"), List.of("t"))
                .node("Add", List.of("p", "t"), List.of("end"))
                .node("Range", List.of("p", "end", "one"), List.of("y"))
                .output("y"));
        assertEquals("i64[seq]", Imports.type(graph, 0));
        assertEquals(1, Imports.operations(graph, Op.Iota.class).size());
    }

    @Test
    void whatIsComputedGoesToTheHost() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .input("shape", DType.I64, 3)
                .node("NonZero", List.of("x"), List.of("where"))
                .node("Reshape", List.of("x", "shape"), List.of("y"))
                .output("where")
                .output("y"));
        assertEquals("i64[2, where]", Imports.type(graph, 0));
        assertEquals("f32[y, y_1, y_2]", Imports.type(graph, 1));
        assertEquals(
                List.of("NonZero", "ReshapeTo"),
                Imports.operations(graph, Op.Host.class).stream()
                        .map(Op.Host::function)
                        .toList());
    }

    @Test
    void oneUnknownExtentOfAReshapeFollowsFromTheOthers() {
        Graph graph = Imports.graph(new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .input("k", DType.I64, 1)
                .initializer("two", Imports.longs(2))
                .node("Concat", List.of("k", "two"), List.of("target"), AXIS_0)
                .node("Reshape", List.of("x", "target"), List.of("y"))
                .output("y"));
        assertEquals("f32[2*n, 2]", Imports.type(graph, 0));
        assertTrue(Imports.operations(graph, Op.Host.class).isEmpty());
    }
}
