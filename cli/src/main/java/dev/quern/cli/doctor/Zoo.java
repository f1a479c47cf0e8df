package dev.quern.cli.doctor;

import dev.quern.DType;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** A model for each kind of kernel, with extents that leave tails. */
public final class Zoo {
    private Zoo() {}

    /** All of them. */
    public static List<ZooModel> models() {
        return List.of(
                elementwise(),
                softmax(),
                normalisation(),
                contraction(),
                integers(),
                convolution(),
                depthwise(),
                pool(),
                recurrent(),
                gather(),
                transpose(),
                largest());
    }

    /**
     * Tells how each model ends. Once one has left the device of no more use, nothing is known of those behind it: they are not tried.
     *
     * @param fault what goes wrong with a model; empty if nothing does
     * @param isUsable whether the device is of use; asked where something went wrong
     * @param told each result as it comes
     */
    public static void each(Function<ZooModel, String> fault, BooleanSupplier isUsable, Consumer<ZooResult> told) {
        boolean usable = true;
        for (ZooModel model : models()) {
            ZooResult result = new ZooResult(model.name(), usable ? fault.apply(model) : ZooResult.NOT_TRIED);
            usable = usable && (result.isRight() || isUsable.getAsBoolean());
            told.accept(result);
        }
    }

    private static ZooModel elementwise() {
        return new ZooModel(
                "elementwise",
                new OnnxBuilder()
                        .input("x", DType.F32, 7, 131)
                        .input("b", DType.F32, 131)
                        .node("Add", List.of("x", "b"), List.of("s"))
                        .node("Erf", List.of("s"), List.of("e"))
                        .node("Mul", List.of("e", "x"), List.of("m"))
                        .node("Tanh", List.of("m"), List.of("y"))
                        .output("y", DType.F32, 7, 131));
    }

    private static ZooModel softmax() {
        return new ZooModel(
                "softmax",
                new OnnxBuilder()
                        .input("x", DType.F32, 5, 77)
                        .node("Softmax", List.of("x"), List.of("y"))
                        .output("y", DType.F32, 5, 77));
    }

    private static ZooModel normalisation() {
        return new ZooModel(
                "normalisation",
                new OnnxBuilder()
                        .input("x", DType.F32, 9, 200)
                        .input("scale", DType.F32, 200)
                        .input("bias", DType.F32, 200)
                        .node("LayerNormalization", List.of("x", "scale", "bias"), List.of("y"))
                        .output("y", DType.F32, 9, 200));
    }

    private static ZooModel contraction() {
        return new ZooModel(
                "contraction",
                new OnnxBuilder()
                        .input("a", DType.F32, 3, 37, 65)
                        .input("b", DType.F32, 65, 83)
                        .input("bias", DType.F32, 83)
                        .node("MatMul", List.of("a", "b"), List.of("p"))
                        .node("Add", List.of("p", "bias"), List.of("s"))
                        .node("Relu", List.of("s"), List.of("y"))
                        .output("y", DType.F32, 3, 37, 83));
    }

    private static ZooModel integers() {
        return new ZooModel(
                "integers",
                new OnnxBuilder()
                        .input("a", DType.U8, 19, 70)
                        .input("b", DType.I8, 70, 45)
                        .node("MatMulInteger", List.of("a", "b"), List.of("y"))
                        .output("y", DType.I32, 19, 45));
    }

    private static ZooModel convolution() {
        return new ZooModel(
                "convolution",
                new OnnxBuilder()
                        .input("x", DType.F32, 1, 5, 17, 19)
                        .input("w", DType.F32, 11, 5, 3, 3)
                        .node(
                                "Conv",
                                List.of("x", "w"),
                                List.of("y"),
                                Map.of(
                                        "pads", OnnxAttribute.ofInts(1, 1, 1, 1),
                                        "strides", OnnxAttribute.ofInts(2, 2)))
                        .output("y", DType.F32, 1, 11, 9, 10));
    }

    private static ZooModel depthwise() {
        return new ZooModel(
                "depthwise convolution",
                new OnnxBuilder()
                        .input("x", DType.F32, 1, 21, 15, 15)
                        .input("w", DType.F32, 21, 1, 3, 3)
                        .node(
                                "Conv",
                                List.of("x", "w"),
                                List.of("y"),
                                Map.of("group", OnnxAttribute.of(21), "pads", OnnxAttribute.ofInts(1, 1, 1, 1)))
                        .output("y", DType.F32, 1, 21, 15, 15));
    }

    private static ZooModel pool() {
        return new ZooModel(
                "pool",
                new OnnxBuilder()
                        .input("x", DType.F32, 1, 6, 23, 23)
                        .node(
                                "MaxPool",
                                List.of("x"),
                                List.of("y"),
                                Map.of(
                                        "kernel_shape", OnnxAttribute.ofInts(3, 3),
                                        "strides", OnnxAttribute.ofInts(2, 2)))
                        .output("y", DType.F32, 1, 6, 11, 11));
    }

    private static ZooModel recurrent() {
        return new ZooModel(
                "recurrent",
                new OnnxBuilder()
                        .input("x", DType.F32, 6, 2, 10)
                        .input("w", DType.F32, 1, 36, 10)
                        .input("r", DType.F32, 1, 36, 9)
                        .node("LSTM", List.of("x", "w", "r"), List.of("y"), Map.of("hidden_size", OnnxAttribute.of(9)))
                        .output("y", DType.F32, 6, 1, 2, 9));
    }

    private static ZooModel gather() {
        return new ZooModel(
                "gather",
                new OnnxBuilder()
                        .input("table", DType.F32, 40, 33)
                        .input("rows", DType.I64, 13)
                        .node("Gather", List.of("table", "rows"), List.of("y"))
                        .output("y", DType.F32, 13, 33));
    }

    private static ZooModel transpose() {
        return new ZooModel(
                "transpose",
                new OnnxBuilder()
                        .input("x", DType.F32, 3, 29, 47)
                        .node("Transpose", List.of("x"), List.of("y"), Map.of("perm", OnnxAttribute.ofInts(2, 0, 1)))
                        .output("y", DType.F32, 47, 3, 29));
    }

    private static ZooModel largest() {
        return new ZooModel(
                "index of the largest",
                new OnnxBuilder()
                        .input("x", DType.F32, 8, 101)
                        .node("ArgMax", List.of("x"), List.of("y"), Map.of("axis", OnnxAttribute.of(1)))
                        .output("y", DType.I64, 8, 1));
    }
}
