package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.testing.Tolerance;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A parameter that is a constant, one that is an input and one that the model computes give one answer. */
class ParametersTest {
    /** A node and its operands but the first, {@code x}, in order: p, q, r, s. */
    private record ParameterNode(long opset, String node, Tensor x, Tensor... parameters) {}

    /** More than any reduction here has: all elements of {@code x}. */
    private static final int TERMS = 24;

    private static final String[] NAMES = {"p", "q", "r", "s"};

    private static List<ParameterNode> rows() {
        Tensor x = Fault.ramp(DType.F32, 2, 3, 4);
        Tensor one = Fault.ramp(DType.F32, 1, 3, 1);
        Tensor number = Tensor.of(new float[] {9});
        List<ParameterNode> rows = new ArrayList<>();
        for (String operator :
                new String[] {"Sum", "Prod", "Max", "Min", "Mean", "L1", "L2", "SumSquare", "LogSumExp"}) {
            rows.add(new ParameterNode(18, "y = Reduce" + operator + "(x, p) keepdims=0", x, Fault.longs(1)));
            rows.add(new ParameterNode(18, "y = Reduce" + operator + "(x, p)", x, Fault.longs(-1, 0)));
        }
        rows.add(new ParameterNode(
                18, "y = ReduceSum(x, p) keepdims=0", Fault.ramp(DType.I32, 2, 3, 4), Fault.longs(2, 0)));
        rows.add(new ParameterNode(18, "y = ReduceMean(x, p)", Fault.ramp(DType.F16, 2, 3, 4), Fault.longs(1)));
        for (long axis : new long[] {0, 2, -2}) {
            rows.add(new ParameterNode(14, "y = CumSum(x, p) exclusive=1", x, Tensor.of(new long[] {axis})));
            rows.add(new ParameterNode(14, "y = CumSum(x, p) reverse=1", x, Tensor.of(new int[] {(int) axis})));
        }
        rows.add(new ParameterNode(13, "y = Squeeze(x, p)", one, Fault.longs(0)));
        rows.add(new ParameterNode(13, "y = Squeeze(x, p)", one, Fault.longs(-1, 0)));
        rows.add(new ParameterNode(13, "y = Unsqueeze(x, p)", x, Fault.longs(1)));
        rows.add(new ParameterNode(13, "y = Unsqueeze(x, p)", x, Fault.longs(4, 0)));
        rows.add(new ParameterNode(13, "y = Slice(x, p, q, r)", x, Fault.longs(1), Fault.longs(3), Fault.longs(2)));
        rows.add(new ParameterNode(
                13,
                "y = Slice(x, p, q, r, s)",
                x,
                Fault.longs(-1, 0),
                Fault.longs(-9, 9),
                Fault.longs(1, 0),
                Fault.longs(-2, 1)));
        rows.add(new ParameterNode(18, "y = Pad(x, p, q, r)", x, Fault.longs(1, 2), number, Fault.longs(-1)));
        rows.add(new ParameterNode(
                18, "y = Pad(x, p, , r) mode=edge", x, Fault.longs(1, 0, 2, 1), null, Fault.longs(2, 0)));
        rows.add(new ParameterNode(13, "y = Tile(x, p)", x, Fault.longs(2, 1, 3)));
        rows.add(new ParameterNode(13, "y = Expand(x, p)", one, Fault.longs(2, 3, 4)));
        rows.add(new ParameterNode(13, "y, i = TopK(x, p) axis=1", x, Fault.longs(2)));
        rows.add(new ParameterNode(13, "y, z = Split(x, p) axis=1", x, Fault.longs(1, 2)));
        rows.add(new ParameterNode(
                13, "y = OneHot(x, p, q)", Fault.longs(0, 2, -1), Tensor.of(new long[] {3}), Fault.floats(0, 5)));
        rows.add(new ParameterNode(
                13, "y = Range(x, p, q)", Tensor.of(new long[] {7}), Tensor.of(new long[] {-4}), Tensor.of(new long[] {
                    -3
                })));
        rows.add(new ParameterNode(13, "y = Reshape(x, p)", x, Fault.longs(4, -1)));
        return rows;
    }

    private static Fault fault(ParameterNode row, String name, boolean constant, boolean any) {
        Fault fault = new Fault(row.node + name).opset(row.opset);
        if (any && row.x.rank() > 0) {
            fault.dynamic("x", row.x);
        } else {
            fault.input("x", row.x);
        }
        for (int at = 0; at < row.parameters.length; at++) {
            if (row.parameters[at] != null && constant) {
                fault.constant(NAMES[at], row.parameters[at]);
            } else if (row.parameters[at] != null) {
                fault.input(NAMES[at], row.parameters[at]);
            }
        }
        return fault.nodes(row.node);
    }

    @TestFactory
    Stream<DynamicTest> oneAnswer() {
        return rows().stream()
                .map(row -> DynamicTest.dynamicTest(row.node, () -> {
                    Fault known = fault(row, "", true, false);
                    Tensor expected = QuernPath.GRAPH
                            .run(known.model().output("y").build(), known.inputs())
                            .get("y");
                    for (boolean any : new boolean[] {false, true}) {
                        Fault given = fault(row, " given", false, any);
                        byte[] bytes = given.model().output("y").build();
                        for (QuernPath engine : new QuernPath[] {QuernPath.GRAPH, QuernPath.VECTOR}) {
                            Tolerance.check(
                                    row + " by " + engine,
                                    expected,
                                    engine.run(bytes, given.inputs()).get("y"),
                                    TERMS);
                        }
                    }
                    Fault compiled = fault(row, "", true, true);
                    Tolerance.check(
                            row + " constant",
                            expected,
                            QuernPath.VECTOR
                                    .run(compiled.model().output("y").build(), compiled.inputs())
                                    .get("y"),
                            TERMS);
                }));
    }

    /** One model serves axes that differ from run to run, and what follows reads the result. */
    @Test
    void axesChangeFromRunToRun() {
        OnnxBuilder model = new OnnxBuilder()
                .opset(18)
                .input("x", DType.F32, "n", "m")
                .input("a", DType.I64, 1)
                .initializer("one", Fault.longs(1))
                .node("Sub", List.of("one", "a"), List.of("b"))
                .node("ReduceSum", List.of("x", "b"), List.of("s"))
                .node("Div", List.of("x", "s"), List.of("y"))
                .output("y");
        SmallModel trial = SmallModel.of("axes", model);
        for (long axis : new long[] {0, 1, 0, 1}) {
            trial.run(Map.of("x", Fault.ramp(DType.F32, 2, 3), "a", Fault.longs(axis)));
            trial.run(Map.of("x", Fault.ramp(DType.F32, 4, 5), "a", Fault.longs(axis)));
        }
        trial.agrees();
    }

    @Test
    void axesChangeInALoop() {
        OnnxGraph body = new OnnxBuilder()
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .input("v", DType.F32, 2, 3)
                .node("Identity", List.of("go"), List.of("on"))
                .node("CumSum", List.of("v", "i"), List.of("w"))
                .output("on")
                .output("w", DType.F32, 2, 3)
                .graph();
        OnnxBuilder model = new OnnxBuilder()
                .opset(18)
                .input("x", DType.F32, 2, 3)
                .initializer("trips", Tensor.of(new long[] {2}))
                .node("Loop", List.of("trips", "", "x"), List.of("y"), Map.of("body", OnnxAttribute.of(body)))
                .output("y", DType.F32, 2, 3);
        SmallModel.of("loop", model)
                .run(Map.of("x", Fault.ramp(DType.F32, 2, 3)))
                .agrees();
    }

    @Test
    void axesThatAreNoneAreRefused() {
        for (String node : new String[] {"y = ReduceSum(x, a)", "y = Squeeze(x, a)", "y = Unsqueeze(x, a)"}) {
            Fault fault = new Fault(node)
                    .opset(18)
                    .input("x", Fault.ramp(DType.F32, 1, 1))
                    .input("a", Fault.longs(7))
                    .nodes(node);
            String message = SmallModel.refused(
                    ModelException.Code.INVALID_INPUT, fault.model().output("y"), fault.inputs());
            assertTrue(message.contains("7"), message);
        }
    }

    @Test
    void ranksThatOnlyARunTellsAreRefused() {
        Map<String, String> nodes = new LinkedHashMap<>();
        nodes.put("y = ReduceSum(x, a) keepdims=0", "number of axes");
        nodes.put("y = Squeeze(x, a)", "number of axes");
        nodes.put("y = Unsqueeze(x, a)", "number of axes");
        nodes.forEach((node, told) -> {
            Fault fault = new Fault(node)
                    .opset(18)
                    .input("x", Fault.ramp(DType.F32, 1, 1))
                    .input("a", Fault.longs(0), "n")
                    .nodes(node);
            String message = SmallModel.refused(
                    ModelException.Code.UNSUPPORTED, fault.model().output("y"), fault.inputs());
            assertTrue(message.contains(told), message);
        });
    }

    @Test
    void axesOfAnyNumberAreTakenWhereTheRankStays() {
        Fault fault = new Fault("kept")
                .opset(18)
                .input("x", Fault.ramp(DType.F32, 2, 3))
                .dynamic("a", Fault.longs(0));
        byte[] model = fault.nodes("y = ReduceSum(x, a)").model().output("y").build();
        try (Model loaded = Model.load(model, Options.defaults())) {
            for (Tensor axes : new Tensor[] {Fault.longs(1), Fault.longs(0, 1), Fault.longs(), Fault.longs(-1)}) {
                long[] shape = loaded.run(Map.of("x", Fault.ramp(DType.F32, 2, 3), "a", axes))
                        .get("y")
                        .shape();
                assertEquals(2, shape.length);
                assertEquals(axes.elements() == 1 ? 2 : 1, shape[0]);
                assertEquals(1, shape[1]);
            }
        }
    }
}
