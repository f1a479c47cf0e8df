package dev.quern.acceptance.bits;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators of every template, in shapes that need whole vectors, tails and neither. */
final class BitsCases {
    private BitsCases() {}

    static List<BitsCase> all() {
        List<BitsCase> cases = new ArrayList<>();
        rows(cases);
        reductions(cases);
        products(cases);
        windows(cases);
        elements(cases);
        layers(cases);
        return cases;
    }

    private static OnnxAttribute number(long value) {
        return OnnxAttribute.of(value);
    }

    private static OnnxAttribute numbers(long... values) {
        return OnnxAttribute.ofInts(values);
    }

    private static void rows(List<BitsCase> cases) {
        for (long width : new long[] {384, 65, 7}) {
            BitsCase.Draft draft = new BitsCase.Draft("softmax of " + width);
            cases.add(draft.giving(draft.node("Softmax", Map.of("axis", number(-1)), draft.input(-13, width))));
            draft = new BitsCase.Draft("softmax of symbolic " + width);
            cases.add(draft.giving(draft.node("LogSoftmax", Map.of("axis", number(-1)), draft.input(9, -width))));
            draft = new BitsCase.Draft("layer normalisation of " + width);
            String x = draft.input(-11, width);
            cases.add(draft.giving(draft.node("LayerNormalization", x, draft.constant(width), draft.constant(width))));
        }
        BitsCase.Draft draft = new BitsCase.Draft("softmax across");
        cases.add(draft.giving(draft.node("Softmax", Map.of("axis", number(1)), draft.input(3, 37, 18))));
        draft = new BitsCase.Draft("instance normalisation");
        String x = draft.input(2, 5, 9, 11);
        cases.add(draft.giving(draft.node("InstanceNormalization", x, draft.constant(5), draft.constant(5))));
        draft = new BitsCase.Draft("quantised by its range");
        x = draft.input(7, 100);
        draft.nodeOf("DynamicQuantizeLinear", List.of("q", "scale", "zero"), Map.of(), x);
        String wide = draft.node("DequantizeLinear", "q", "scale", "zero");
        cases.add(draft.giving("q", draft.node("Softmax", wide)));
    }

    private static void reductions(List<BitsCase> cases) {
        for (String operator : List.of("ReduceSum", "ReduceMean", "ReduceProd", "ReduceL2", "ReduceLogSumExp")) {
            for (long axis = 0; axis < 3; axis++) {
                for (DType dtype : List.of(DType.F32, DType.F64)) {
                    BitsCase.Draft draft = new BitsCase.Draft(operator + " of " + dtype + " over " + axis);
                    String x = draft.input(dtype, 5, -67, 131);
                    cases.add(
                            operator.equals("ReduceSum")
                                    ? draft.giving(
                                            draft.node(operator, x, draft.constant(Tensor.of(new long[] {axis}, 1))))
                                    : draft.giving(draft.node(operator, Map.of("axes", numbers(axis)), x)));
                }
            }
        }
        BitsCase.Draft draft = new BitsCase.Draft("sum of products over all axes");
        String x = draft.input(6, 19, 70);
        String square = draft.node("Mul", x, draft.input(6, 19, 70));
        cases.add(draft.giving(draft.node("ReduceMean", square), draft.node("ReduceL1", x)));
        draft = new BitsCase.Draft("halves");
        String half = draft.node("Cast", Map.of("to", number(10)), draft.input(6, 90));
        String sum = draft.node("ReduceMean", Map.of("axes", numbers(1)), half);
        cases.add(draft.giving(sum, draft.node("Softmax", half)));
        draft = new BitsCase.Draft("running sum");
        cases.add(draft.giving(draft.node(
                "CumSum",
                draft.input(5, 80),
                draft.constant(Tensor.of(new long[] {1}, 1).reshape()))));
    }

    private static void products(List<BitsCase> cases) {
        for (long[] size : new long[][] {{33, 70, 50}, {1, 200, 64}, {40, 129, 1}, {5, 3, 17}}) {
            BitsCase.Draft draft = new BitsCase.Draft("product " + size[0] + "x" + size[1] + "x" + size[2]);
            String x = draft.input(-size[0], size[1]);
            cases.add(draft.giving(
                    draft.node("MatMul", x, draft.constant(size[1], size[2])),
                    draft.node("MatMul", x, draft.input(size[1], size[2]))));
        }
        BitsCase.Draft draft = new BitsCase.Draft("product of f64");
        cases.add(draft.giving(draft.node("MatMul", draft.input(DType.F64, 9, 40), draft.input(DType.F64, 40, 21))));
        draft = new BitsCase.Draft("matrix times vector");
        cases.add(draft.giving(draft.node("MatMul", draft.input(29, 140), draft.input(140))));
        draft = new BitsCase.Draft("dot product");
        cases.add(draft.giving(draft.node("MatMul", draft.input(333), draft.input(333))));
        draft = new BitsCase.Draft("attention");
        String q = draft.input(2, 3, -21, 32);
        String k = draft.node("Transpose", Map.of("perm", numbers(0, 1, 3, 2)), draft.input(2, 3, -21, 32));
        String weights = draft.node("Softmax", draft.node("MatMul", q, k));
        cases.add(draft.giving(draft.node("MatMul", weights, draft.input(2, 3, -21, 32))));
        draft = new BitsCase.Draft("gemm");
        Map<String, OnnxAttribute> turned = Map.of("transB", number(1), "alpha", OnnxAttribute.of(0.7f));
        cases.add(draft.giving(
                draft.node("Gemm", turned, draft.input(-6, 100), draft.constant(30, 100), draft.constant(30))));
    }

    private static void windows(List<BitsCase> cases) {
        BitsCase.Draft draft = new BitsCase.Draft("convolution");
        String x = draft.input(1, 9, 12, -13);
        Map<String, OnnxAttribute> padded = Map.of("pads", numbers(1, 1, 1, 1));
        String y = draft.node("Conv", padded, x, draft.constant(20, 9, 3, 3), draft.constant(20));
        cases.add(draft.giving(draft.node("Sigmoid", y), draft.node("GlobalAveragePool", y)));
        draft = new BitsCase.Draft("depthwise convolution");
        Map<String, OnnxAttribute> groups = Map.of("group", number(18), "strides", numbers(2, 2));
        cases.add(draft.giving(draft.node("Conv", groups, draft.input(1, 18, 13, 13), draft.constant(18, 1, 3, 3))));
        draft = new BitsCase.Draft("transposed convolution");
        cases.add(draft.giving(draft.node(
                "ConvTranspose",
                Map.of("strides", numbers(2, 2)),
                draft.input(1, 6, 7, 7),
                draft.constant(6, 11, 3, 3))));
        draft = new BitsCase.Draft("pools and sizes");
        x = draft.input(1, 5, 14, 15);
        Map<String, OnnxAttribute> window = Map.of("kernel_shape", numbers(3, 3), "strides", numbers(2, 1));
        String scales = draft.constant(Tensor.of(new float[] {1, 1, 1.7f, 2.3f}, 4));
        cases.add(draft.giving(
                draft.node("AveragePool", window, x),
                draft.node("LpPool", window, x),
                draft.node("Resize", Map.of("mode", OnnxAttribute.of("cubic")), x, "", scales)));
    }

    private static void elements(List<BitsCase> cases) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            BitsCase.Draft draft = new BitsCase.Draft("functions of " + dtype);
            String x = draft.input(dtype, -83);
            String positive = draft.node("Abs", x);
            List<String> results = new ArrayList<>();
            for (String operator : List.of(
                    "Exp",
                    "Tanh",
                    "Erf",
                    "Sigmoid",
                    "Sin",
                    "Cos",
                    "Tan",
                    "Atan",
                    "Sinh",
                    "Cosh",
                    "Asinh",
                    "Softplus",
                    "Floor",
                    "Ceil",
                    "Round")) {
                results.add(draft.node(operator, x));
            }
            results.add(draft.node("Log", positive));
            results.add(draft.node("Sqrt", positive));
            results.add(draft.node("Pow", positive, x));
            results.add(draft.node("Mod", Map.of("fmod", number(1)), x, positive));
            cases.add(draft.giving(results.toArray(String[]::new)));
        }
    }

    private static void layers(List<BitsCase> cases) {
        for (String kind : List.of("LSTM", "GRU")) {
            long gates = kind.equals("LSTM") ? 4 : 3;
            BitsCase.Draft draft = new BitsCase.Draft(kind);
            String x = draft.input(-7, 2, 10);
            Map<String, OnnxAttribute> attributes = Map.of("hidden_size", number(19));
            draft.nodeOf(
                    kind,
                    List.of("all", "last"),
                    attributes,
                    x,
                    draft.constant(1, gates * 19, 10),
                    draft.constant(1, gates * 19, 19),
                    draft.constant(1, 2 * gates * 19));
            cases.add(draft.giving("all", "last"));
        }
        BitsCase.Draft draft = new BitsCase.Draft("scattered sums");
        Map<String, OnnxAttribute> add = Map.of("reduction", OnnxAttribute.of("add"));
        String indices = draft.constant(Tensor.of(new long[] {1, 0, 1, 1, 2, 0}, 6, 1));
        cases.add(draft.giving(draft.node("ScatterND", add, draft.input(3, 40), indices, draft.input(6, 40))));
    }
}
