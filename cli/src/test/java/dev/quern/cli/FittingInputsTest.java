package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FittingInputsTest {
    private static FittingInputs find(OnnxBuilder builder, Map<String, Tensor> given) {
        try (Model model = Model.load(builder.build(), Options.defaults())) {
            return FittingInputs.find(model, given, Map.of(), 1);
        }
    }

    @Test
    void symbolsAreAsLongAsInTheInputsGiven() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n", "m")
                .input("y", DType.F32, "m", "n")
                .node("MatMul", List.of("x", "y"), List.of("z"))
                .output("z", DType.F32, "n", "n");
        FittingInputs found = find(model, Map.of("x", Tensor.of(new float[35], 5, 7)));
        assertArrayEquals(new long[] {7, 5}, found.inputs().get("y").shape());
        assertArrayEquals(new long[] {5, 5}, found.outputs().get("z").shape());
    }

    @Test
    void axesOfOtherNamesAreTriedAlongside() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "a", "b")
                .input("y", DType.F32, "c", "d")
                .node("Concat", List.of("x", "y"), List.of("z"), Map.of("axis", OnnxAttribute.of(1)))
                .output("z", DType.F32, "a", "e");
        FittingInputs found = find(model, Map.of("x", Tensor.of(new float[35], 5, 7)));
        assertEquals(5, found.inputs().get("y").shape()[0]);
    }

    @Test
    void lengthsThatAreSumsAreFound() {
        OnnxBuilder model = new OnnxBuilder()
                .input("past", DType.F32, "b", "p")
                .input("new", DType.F32, "b", "t")
                .input("mask", DType.F32, "b", "all")
                .node("Concat", List.of("past", "new"), List.of("c"), Map.of("axis", OnnxAttribute.of(1)))
                .node("Add", List.of("c", "mask"), List.of("z"))
                .output("z", DType.F32, "b", "all");
        FittingInputs found =
                find(model, Map.of("past", Tensor.of(new float[11], 1, 11), "new", Tensor.of(new float[3], 1, 3)));
        assertArrayEquals(new long[] {1, 14}, found.inputs().get("mask").shape());
    }

    @Test
    void aModelThatTakesNothingSaysWhatItSaidFirst() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .initializer("shape", Tensor.of(new long[] {1, 331, 17}, 3))
                .node("Reshape", List.of("x", "shape"), List.of("y"))
                .output("y", DType.F32, 1, 331, 17);
        ModelException thrown = assertThrows(ModelException.class, () -> find(model, Map.of()));
        assertTrue(thrown.getMessage().endsWith("give --dim for [n], or --input"), thrown.getMessage());
    }
}
