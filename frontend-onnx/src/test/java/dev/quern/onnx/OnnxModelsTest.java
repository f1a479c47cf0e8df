package dev.quern.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.graph.Graph;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxModelsTest {
    private static byte[] sum() {
        return new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .input("y", DType.F32, "m", 4)
                .node("Add", List.of("x", "y"), List.of("z"))
                .output("z")
                .build();
    }

    private static Graph exact(ImportedModel model, long[]... shapes) {
        return model.sized(Overrides.NONE, KnownSizes.of(List.of(shapes))).graph();
    }

    @Test
    void exactShapesNeedNoGuards() {
        try (ImportedModel model = OnnxModels.read(sum())) {
            assertEquals("[n == m]", model.graph().guards().toString());
            Graph exact = exact(model, new long[] {1, 4}, new long[] {3, 4});
            assertEquals("f32[3, 4]", exact.outputs().getFirst().type().toString());
            assertEquals(List.of(), exact.guards());
        }
    }

    @Test
    void shapesThatTheModelDoesNotTakeAreRefused() {
        try (ImportedModel model = OnnxModels.read(sum())) {
            ModelException refused =
                    assertThrows(ModelException.class, () -> exact(model, new long[] {1, 5}, new long[] {1, 4}));
            assertEquals(ModelException.Code.INVALID_INPUT, refused.code());
            assertEquals("x", refused.where());
        }
    }

    @Test
    void closingTwiceIsFine() {
        ImportedModel model = OnnxModels.read(sum());
        assertEquals(Map.of("", 17L), model.opsets());
        model.close();
        model.close();
    }
}
