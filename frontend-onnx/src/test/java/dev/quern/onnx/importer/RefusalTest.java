package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefusalTest {
    private static OnnxBuilder model() {
        return new OnnxBuilder().opset(17).input("x", DType.F32, "n", 4);
    }

    @Test
    void anUnknownOperatorIsNamed() {
        ModelException refused = Imports.refusal(
                model().node("Frobnicate", List.of("x"), List.of("y")).output("y"), ModelException.Code.UNSUPPORTED);
        assertEquals("node 'Frobnicate_0' (Frobnicate)", refused.where());
        assertTrue(refused.getMessage().contains("operator Frobnicate of the standard operator set, version 17"));
    }

    @Test
    void anOperatorThatWentAwayIsNamedWithItsVersions() {
        ModelException refused = Imports.refusal(
                model().node("Upsample", List.of("x"), List.of("y")).output("y"), ModelException.Code.UNSUPPORTED);
        assertTrue(refused.getMessage().contains("versions 7 to 9"), refused.getMessage());
    }

    @Test
    void anOperandThatNothingGivesIsNamed() {
        ModelException refused = Imports.refusal(
                model().node("Add", List.of("x", "ghost"), List.of("y")).output("y"),
                ModelException.Code.INVALID_MODEL);
        assertTrue(refused.getMessage().contains("operand 'ghost'"), refused.getMessage());
    }

    @Test
    void aMismatchOfShapesNamesTheNode() {
        ModelException refused = Imports.refusal(
                model().initializer("w", Tensor.of(new float[6], 2, 3))
                        .node("MatMul", List.of("x", "w"), List.of("y"))
                        .output("y"),
                ModelException.Code.INVALID_MODEL);
        assertTrue(refused.getMessage().contains("extent of axis k: expected 4, found 2"), refused.getMessage());
    }

    @Test
    void whatNoSizesMendIsRefusedThoughSizesWereAssumed() {
        ModelException refused = Imports.refusal(
                model().input("z", DType.F32, "m", 4)
                        .initializer("w", Tensor.of(new float[6], 2, 3))
                        .node("Add", List.of("x", "z"), List.of("sum"))
                        .node("MatMul", List.of("sum", "w"), List.of("y"))
                        .output("y", DType.F32, "n", 3),
                ModelException.Code.INVALID_MODEL);
        assertTrue(refused.getMessage().contains("extent of axis k: expected 4, found 2"), refused.getMessage());
    }

    /** Squeeze takes n for another extent than 1, and only 1 fits the addition. */
    @Test
    void whatOtherSizesMendIsLeftToARun() {
        OnnxModel model = OnnxReader.read(new OnnxBuilder()
                        .opset(17)
                        .input("x", DType.F32, "n")
                        .initializer("w", Tensor.of(new float[3], 3))
                        .node("Squeeze", List.of("x"), List.of("s"))
                        .node("Concat", List.of("x", "w"), List.of("joined"), Map.of("axis", new OnnxAttribute.Int(0)))
                        .node("Add", List.of("joined", "x"), List.of("y"))
                        .output("s")
                        .output("y", DType.F32, "k")
                        .build())
                .model();
        Graph general = GraphImporter.read(model);
        // No sizes meet both, so that every run is compiled for its own.
        assertEquals("[n >= 2, n == 1]", general.guards().toString());
        Graph one = GraphImporter.read(model, Overrides.NONE, KnownSizes.of(List.of(new long[] {1})))
                .sized()
                .graph();
        assertEquals("f32[4]", Imports.type(one, 1));
    }

    @Test
    void sequencesOfDifferentLengthsAreRefused() {
        OnnxBuilder lstm = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "t", 2, 3)
                .input("lengths", DType.I32, 2)
                .initializer("w", Tensor.of(new float[60], 1, 20, 3))
                .initializer("r", Tensor.of(new float[100], 1, 20, 5))
                .node("LSTM", List.of("x", "w", "r", "", "lengths"), List.of("y"))
                .output("y");
        assertTrue(Imports.refusal(lstm, ModelException.Code.UNSUPPORTED)
                .getMessage()
                .contains("sequence_lens"));
    }

    @Test
    void aFunctionThatCallsItselfEnds() {
        OnnxNode again = new OnnxNode("", "Turn", "own", "", List.of("a"), List.of("b"), Map.of());
        OnnxFunction turn = new OnnxFunction(
                "own", "Turn", "", List.of("a"), List.of("b"), List.of(), Map.of(), List.of(again), Map.of("own", 1L));
        OnnxNode call = new OnnxNode("", "Turn", "own", "", List.of("x"), List.of("y"), Map.of());
        Imports.refusal(model().opset("own", 1).function(turn).node(call).output("y"), ModelException.Code.LIMIT);
    }

    @Test
    void anAttributeOfAnotherKindIsRefused() {
        Imports.refusal(
                model().node("Softmax", List.of("x"), List.of("y"), Map.of("axis", new OnnxAttribute.Float(1f)))
                        .output("y"),
                ModelException.Code.INVALID_MODEL);
    }

    @Test
    void outputsHaveTheirNamesEvenIfTheyAreInputs() {
        Graph graph = Imports.graph(model().node("Identity", List.of("x"), List.of("y"))
                .node("Identity", List.of("x"), List.of("z"))
                .output("y")
                .output("z"));
        assertEquals(
                List.of("y", "z"), graph.outputs().stream().map(Value::name).toList());
        assertEquals(List.of("x"), graph.inputs().stream().map(Value::name).toList());
    }

    @Test
    void inputsWithADefaultAreConstants() {
        Graph graph = Imports.graph(model().input("w", DType.F32, 4)
                .initializer("w", Tensor.of(new float[4], 4))
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("y"));
        assertEquals(List.of("x"), graph.inputs().stream().map(Value::name).toList());
    }

    @Test
    void everyRowIsReachable() {
        OperatorTable table = new OperatorTable();
        for (Operator row : table.rows()) {
            assertTrue(row.since() <= row.until(), row.name());
            OnnxNode node = new OnnxNode("", row.name(), row.domain(), "", List.of(), List.of(), Map.of());
            assertEquals(row, table.find(node, row.since(), "row"), row.name() + " since " + row.since());
        }
    }
}
