package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Models that ask for much: long chains, many operands, large results, endless loops. */
final class HugeModels {
    private HugeModels() {}

    /** {@code x} through {@code length} nodes, of the operators by turns; each takes {@code x} as its further operands. */
    static byte[] chain(int length, int operands, String... operators) {
        OnnxBuilder model = new OnnxBuilder().opset(17).input("x", DType.F32, "n", "n");
        String value = "x";
        for (int i = 0; i < length; i++) {
            List<String> given = new ArrayList<>(List.of(value));
            if (operators[i % operators.length].matches("Add|Sub|Mul|Max|Min|MatMul|Concat")) {
                for (int more = 1; more < operands; more++) {
                    given.add("x");
                }
            }
            model.node(operators[i % operators.length], given, List.of("v" + i));
            value = "v" + i;
        }
        return model.output(value).build();
    }

    /** One node of {@code count} operands of shape {@code [2, 3]}. */
    static byte[] wide(String operator, int count, Map<String, OnnxAttribute> attributes) {
        OnnxBuilder model = new OnnxBuilder().opset(17);
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            model.input("x" + i, DType.F32, 2, 3);
            operands.add("x" + i);
        }
        return model.node(operator, operands, List.of("y"), attributes)
                .output("y")
                .build();
    }

    /** The sum of {@code elements} equal numbers that the model makes itself. */
    static byte[] sumOfFilled(long elements, Tensor value) {
        return new OnnxBuilder()
                .opset(17)
                .initializer("s", Tensor.of(new long[] {elements}, 1))
                .node("ConstantOfShape", List.of("s"), List.of("c"), Map.of("value", OnnxAttribute.of(value)))
                .node("ReduceSum", List.of("c"), List.of("y"), Map.of("keepdims", OnnxAttribute.of(0)))
                .output("y")
                .build();
    }

    /** A pool whose window is {@code extent} wide, padded to half of it. */
    static byte[] pool(String operator, long extent) {
        return new OnnxBuilder()
                .opset(17)
                .initializer("x", Tensor.of(new float[] {3}, 1, 1, 1, 1))
                .node(
                        operator,
                        List.of("x"),
                        List.of("y"),
                        Map.of(
                                "kernel_shape",
                                OnnxAttribute.ofInts(extent, extent),
                                "pads",
                                OnnxAttribute.ofInts(extent / 2, extent / 2, extent / 2, extent / 2)))
                .output("y")
                .build();
    }

    /** A size that is the sum of {@code axes} symbols, multiplied by itself again and again. */
    static byte[] productOfSizes(int axes, int times) {
        Object[] shape = new Object[axes];
        for (int axis = 0; axis < axes; axis++) {
            shape[axis] = "a" + axis;
        }
        OnnxBuilder model = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, shape)
                .initializer("one", Tensor.of(new float[] {1}, 1))
                .node("Shape", List.of("x"), List.of("s"))
                .node("ReduceSum", List.of("s"), List.of("t0"));
        for (int i = 0; i < times; i++) {
            model.node("Mul", List.of("t" + i, "t" + i), List.of("t" + (i + 1)));
        }
        return model.node("Expand", List.of("one", "t" + times), List.of("y"))
                .output("y")
                .build();
    }

    /** One operator whose result's size is given at run time, and the operands to give. */
    record Sized(byte[] model, Map<String, Tensor> inputs) {}

    /** Operators that give a result of {@code size} elements from next to nothing. */
    static Map<String, Sized> sized(long size) {
        Tensor one = Tensor.of(new float[] {1}, 1);
        Tensor extent = Tensor.of(new long[] {size}, 1);
        Tensor scalar = Tensor.of(new long[] {size});
        return Map.of(
                "Expand", new Sized(of("Expand", Map.of(), DType.F32, 1, DType.I64, 1), Map.of("a", one, "b", extent)),
                "Tile", new Sized(of("Tile", Map.of(), DType.F32, 1, DType.I64, 1), Map.of("a", one, "b", extent)),
                "ConstantOfShape",
                        new Sized(
                                new OnnxBuilder()
                                        .opset(17)
                                        .input("a", DType.I64, 1)
                                        .node("ConstantOfShape", List.of("a"), List.of("y"))
                                        .output("y")
                                        .build(),
                                Map.of("a", extent)),
                "Range",
                        new Sized(
                                new OnnxBuilder()
                                        .opset(17)
                                        .input("a", DType.I64)
                                        .initializer("zero", Tensor.of(new long[] {0}))
                                        .initializer("one", Tensor.of(new long[] {1}))
                                        .node("Range", List.of("zero", "a", "one"), List.of("y"))
                                        .output("y")
                                        .build(),
                                Map.of("a", scalar)),
                "Pad",
                        new Sized(
                                of("Pad", Map.of(), DType.F32, 1, DType.I64, 2),
                                Map.of("a", one, "b", Tensor.of(new long[] {0, size}, 2))),
                "OneHot",
                        new Sized(
                                new OnnxBuilder()
                                        .opset(17)
                                        .input("a", DType.I64, 1)
                                        .input("b", DType.I64)
                                        .initializer("v", Tensor.of(new float[] {0, 1}, 2))
                                        .node("OneHot", List.of("a", "b", "v"), List.of("y"))
                                        .output("y")
                                        .build(),
                                Map.of("a", Tensor.of(new long[] {1}, 1), "b", scalar)),
                "Resize",
                        new Sized(
                                new OnnxBuilder()
                                        .opset(17)
                                        .input("a", DType.F32, 1, 1, 1, 1)
                                        .input("b", DType.I64, 4)
                                        .node("Resize", List.of("a", "", "", "b"), List.of("y"))
                                        .output("y")
                                        .build(),
                                Map.of(
                                        "a",
                                        Tensor.of(new float[] {1}, 1, 1, 1, 1),
                                        "b",
                                        Tensor.of(new long[] {1, 1, 1, size}, 4))));
    }

    private static byte[] of(
            String operator,
            Map<String, OnnxAttribute> attributes,
            DType left,
            int leftSize,
            DType right,
            int rightSize) {
        return new OnnxBuilder()
                .opset(17)
                .input("a", left, leftSize)
                .input("b", right, rightSize)
                .node(operator, List.of("a", "b"), List.of("y"), attributes)
                .output("y")
                .build();
    }

    /** A loop that only a limit ends; it also collects what each iteration gives if {@code collects}. */
    static byte[] endless(boolean collects) {
        OnnxBuilder body = new OnnxBuilder()
                .name("body")
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .input("state", DType.F32, 4)
                .node("Identity", List.of("go"), List.of("on"))
                .node("Neg", List.of("state"), List.of("next"))
                .output("on")
                .output("next");
        OnnxGraph graph = collects
                ? body.node("Abs", List.of("next"), List.of("each"))
                        .output("each")
                        .graph()
                : body.graph();
        OnnxBuilder model = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, 4)
                .node(
                        "Loop",
                        List.of("", "", "x"),
                        collects ? List.of("y", "all") : List.of("y"),
                        Map.of("body", OnnxAttribute.of(graph)))
                .output("y");
        return collects ? model.output("all").build() : model.build();
    }

    /** Functions that call the one before twice, {@code depth} deep: 2^depth nodes from a few bytes. */
    static byte[] doublingFunctions(int depth) {
        OnnxBuilder model = new OnnxBuilder().opset(17).opset("own", 1).input("x", DType.F32, 2);
        for (int level = 0; level < depth; level++) {
            List<dev.quern.onnx.proto.OnnxNode> nodes = new ArrayList<>();
            for (String[] step : new String[][] {{"a", "h"}, {"h", "r"}}) {
                nodes.add(new dev.quern.onnx.proto.OnnxNode(
                        "",
                        level == 0 ? "Neg" : "F" + (level - 1),
                        level == 0 ? "" : "own",
                        "",
                        List.of(step[0]),
                        List.of(step[1]),
                        Map.of()));
            }
            model.function(new dev.quern.onnx.proto.OnnxFunction(
                    "own",
                    "F" + level,
                    "",
                    List.of("a"),
                    List.of("r"),
                    List.of(),
                    Map.of(),
                    nodes,
                    Map.of("", 17L, "own", 1L)));
        }
        return model.node(new dev.quern.onnx.proto.OnnxNode(
                        "", "F" + (depth - 1), "own", "", List.of("x"), List.of("y"), Map.of()))
                .output("y")
                .build();
    }
}
