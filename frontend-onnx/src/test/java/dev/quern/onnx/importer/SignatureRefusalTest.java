package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.operators.SignatureTable;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes that are none of their operator, and types that are not what comes out. */
class SignatureRefusalTest {
    private static OnnxBuilder model() {
        return new OnnxBuilder().opset(17).input("x", DType.F32, "n", 4).input("i", DType.I64, "n", 4);
    }

    private static void refused(String reason, OnnxBuilder model) {
        String message =
                Imports.refusal(model, ModelException.Code.INVALID_MODEL).getMessage();
        assertTrue(message.contains(reason), message);
    }

    private static OnnxBuilder node(String operator, List<String> operands, Map<String, OnnxAttribute> attributes) {
        return model().node(operator, operands, List.of("y"), attributes).output("y");
    }

    @Test
    void everyOperatorHasASignature() {
        for (Operator row : new OperatorTable().rows()) {
            assertTrue(
                    SignatureTable.onnx()
                            .find(row.domain(), row.name(), row.since())
                            .isPresent(),
                    row.domain() + "." + row.name() + " since " + row.since());
        }
    }

    @Test
    void surplusAndMissingOperandsAndResults() {
        refused("operands: expected 1, found 2", node("Neg", List.of("x", "x"), Map.of()));
        refused("operands: expected 1, found 2", node("Neg", List.of("x", ""), Map.of()));
        refused("operands: expected 2, found 1", node("Add", List.of("x"), Map.of()));
        refused("operands: expected at least 1, found 0", node("Sum", List.of(), Map.of()));
        refused("operand 1 (B): expected one, found an empty name", node("Add", List.of("x", ""), Map.of()));
        refused(
                "results: expected 1, found 2",
                model().node("Neg", List.of("x"), List.of("y", "z")).output("y"));
        refused(
                "results: expected 2, found 1",
                model().initializer("k", Tensor.of(new long[] {1}, 1))
                        .node("TopK", List.of("x", "k"), List.of("y"))
                        .output("y"));
    }

    @Test
    void attributes() {
        refused("attribute alpha: expected one of []", node("Neg", List.of("x"), Map.of("alpha", OnnxAttribute.of(1))));
        refused(
                "attribute axis: expected an integer, found Ints",
                node("Softmax", List.of("x"), Map.of("axis", OnnxAttribute.ofInts(1))));
        refused(
                "attribute perm: expected integers, found Floats",
                node("Transpose", List.of("x"), Map.of("perm", OnnxAttribute.ofFloats(1, 0))));
        refused("attribute to is missing: expected an integer", node("Cast", List.of("x"), Map.of()));
        refused(
                "attribute axes: expected one of [keepdims, noop_with_empty_axes]",
                node("ReduceSum", List.of("x"), Map.of("axes", OnnxAttribute.ofInts(1))));
    }

    @Test
    void elementTypes() {
        refused(
                "element type of operand 0 (X): expected one of [f64, f32, f16",
                node("Relu", List.of("b"), Map.of()).input("b", DType.BOOL, 4));
        refused("expected that of the operands before, f32, found i64", node("Add", List.of("x", "i"), Map.of()));
        refused("element type of operand 0 (X): expected bool", node("Not", List.of("x"), Map.of()));
        refused(
                "in this version of the operator, found i32",
                new OnnxBuilder()
                        .opset(12)
                        .input("x", DType.I32, 4)
                        .node("Relu", List.of("x"), List.of("y"))
                        .output("y"));
    }

    @Test
    void callsOfFunctions() {
        OnnxFunction turn = new OnnxFunction(
                "own",
                "Turn",
                "",
                List.of("a"),
                List.of("b"),
                List.of("known"),
                Map.of(),
                List.of(new OnnxNode("", "Neg", "", "", List.of("a"), List.of("b"), Map.of())),
                Map.of("", 17L));
        refused(
                "operands of a function: expected at most 1, found 2",
                call(turn, List.of("x", "x"), List.of("y"), Map.of()));
        refused(
                "results of a function: expected at most 1, found 2",
                call(turn, List.of("x"), List.of("y", "z"), Map.of()));
        refused(
                "attribute unknown: expected one of [known]",
                call(turn, List.of("x"), List.of("y"), Map.of("unknown", OnnxAttribute.of(1))));
        refused(
                "expected one function of this domain",
                model().function(turn).function(turn).output("x"));
    }

    private static OnnxBuilder call(
            OnnxFunction function, List<String> operands, List<String> results, Map<String, OnnxAttribute> attributes) {
        return model().opset("own", 1)
                .function(function)
                .node(new OnnxNode("", "Turn", "own", "", operands, results, attributes))
                .output("y");
    }

    @Test
    void statedTypes() {
        refused(
                "stated type of result 'y'",
                model().node("Neg", List.of("x"), List.of("y")).output("y", DType.F64, "n", 4));
        refused("stated type of the output", model().output("x", DType.F16, "n", 4));
        refused("stated rank", model().node("Neg", List.of("x"), List.of("y")).output("y", DType.F32, 4));
        refused(
                "stated extent of axis 1",
                model().node("Neg", List.of("x"), List.of("y")).output("y", DType.F32, "n", 3));
        refused(
                "stated type of result 't'",
                model().node("Neg", List.of("x"), List.of("t"))
                        .node("Neg", List.of("t"), List.of("y"))
                        .valueInfo("t", OnnxBuilder.tensorType(DType.I64, 4))
                        .output("y"));
        OnnxGraph body = new OnnxBuilder()
                .node("Neg", List.of("x"), List.of("n"))
                .output("n", DType.F64, "n", 4)
                .graph();
        refused(
                "stated type of result 'n'",
                model().input("c", DType.BOOL)
                        .node(
                                "If",
                                List.of("c"),
                                List.of("y"),
                                Map.of("then_branch", OnnxAttribute.of(body), "else_branch", OnnxAttribute.of(body)))
                        .output("y"));
    }

    @Test
    void whatConvertersLeaveBehindIsTaken() {
        Imports.graph(model().node("Neg", List.of("x"), List.of("t"))
                .node("Neg", List.of("t"), List.of("y"))
                .valueInfo("t", OnnxBuilder.tensorType(DType.F32, 7, 7, 7))
                .output("y", DType.F32));
        Imports.graph(model().node("Neg", List.of("x"), List.of("y")).output("y", DType.F32, 17, "other"));
    }
}
