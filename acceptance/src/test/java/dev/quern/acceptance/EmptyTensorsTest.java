package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.InterpretedModel;
import dev.quern.runtime.ModelCompiler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operators on tensors without elements, or with axes without: extents stated as 0, and 0 in one run of a model of any size. The
 * interpreter alone says what they give, since ONNX Runtime does not return from some.
 */
class EmptyTensorsTest {
    private static final long[] EXTENTS = {0, 3};

    /**
     * A model.
     *
     * @param inputs names and extents; a letter stands for an extent
     * @param nodes as {@code y = Operator(x, z) attribute=1,2}
     */
    private record EmptyModel(String inputs, String... nodes) {
        @Override
        public String toString() {
            return inputs + " " + String.join("; ", nodes);
        }

        OnnxBuilder model(Map<String, Object> extents) {
            OnnxBuilder model = new OnnxBuilder()
                    .opset(17)
                    .initializer("zero", SmallModel.longs(0))
                    .initializer("one", SmallModel.longs(1))
                    .initializer("last", SmallModel.longs(-1))
                    .initializer("all", SmallModel.longs(Long.MAX_VALUE))
                    .initializer("start", SmallModel.longs(Long.MIN_VALUE))
                    .initializer("pads", SmallModel.longs(1, 0, 2, 1))
                    .initializer("flat", SmallModel.longs(-1))
                    .initializer("rows", SmallModel.longs(0, -1))
                    .initializer("pair", SmallModel.longs(0, 1));
            for (Map.Entry<String, List<String>> input : shapes().entrySet()) {
                model.input(
                        input.getKey(),
                        DType.F32,
                        input.getValue().stream()
                                .map(axis -> extents.getOrDefault(axis, number(axis)))
                                .toArray());
            }
            for (String node : nodes) {
                String[] parts = node.split(" = |\\(|\\) ?");
                Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
                for (int i = 3; i < parts.length; i++) {
                    for (String attribute : parts[i].split(" ")) {
                        attributes.put(attribute.split("=")[0], value(attribute.split("=")[1]));
                    }
                }
                model.node(parts[1], List.of(parts[2].split(", ")), List.of(parts[0].split(", ")), attributes);
            }
            return model.output("y");
        }

        private static Object number(String axis) {
            return axis.matches("\\d+") ? Long.parseLong(axis) : axis;
        }

        private static OnnxAttribute value(String text) {
            if (text.startsWith("[")) {
                List<Long> values = new ArrayList<>();
                for (String number : text.substring(1, text.length() - 1).split(",")) {
                    values.add(Long.parseLong(number));
                }
                return new OnnxAttribute.Ints(values);
            }
            return new OnnxAttribute.Int(Long.parseLong(text));
        }

        Map<String, List<String>> shapes() {
            Map<String, List<String>> shapes = new LinkedHashMap<>();
            for (String input : inputs.split(" ")) {
                String[] parts = input.split("[\\[\\]]");
                shapes.put(parts[0], parts.length == 1 ? List.of() : List.of(parts[1].split(",")));
            }
            return shapes;
        }

        Map<String, Tensor> tensors(Map<String, Object> extents) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            shapes().forEach((name, axes) -> {
                long[] shape = axes.stream()
                        .mapToLong(axis -> (Long) extents.getOrDefault(axis, number(axis)))
                        .toArray();
                float[] data = new float[(int) Tensor.count(shape)];
                for (int i = 0; i < data.length; i++) {
                    data[i] = i % 5 - 2;
                }
                tensors.put(name, Tensor.of(data, shape));
            });
            return tensors;
        }

        boolean has(String letter) {
            return inputs.matches(".*[\\[,]" + letter + "[\\],].*");
        }
    }

    static Stream<EmptyModel> rows() {
        return Stream.of(
                new EmptyModel("x[a,b]", "y = Tanh(x)"),
                new EmptyModel("x[a,b] z[b]", "y = Add(x, z)"),
                new EmptyModel("x[a,b]", "t = Exp(x)", "y = Transpose(t) perm=[1,0]"),
                new EmptyModel("x[a,b]", "t = Transpose(x) perm=[1,0]", "y = Neg(t)"),
                new EmptyModel("x[a,b,c]", "y = ReduceSum(x, one) keepdims=0"),
                new EmptyModel("x[a,b,c]", "y = ReduceProd(x) axes=[0,2] keepdims=1"),
                new EmptyModel("x[a,b]", "y = CumSum(x, zero)"),
                new EmptyModel("x[a,b]", "y = Softmax(x) axis=1"),
                new EmptyModel("x[a,b]", "y = LogSoftmax(x) axis=0"),
                new EmptyModel("x[a,b] w[b,c]", "y = MatMul(x, w)"),
                new EmptyModel("x[a,b] w[b,c]", "p = MatMul(x, w)", "y = Relu(p)"),
                new EmptyModel("x[c,a,b] w[c,b,4]", "y = MatMul(x, w)"),
                new EmptyModel(
                        "q[a,b] k[c,b] v[c,b]",
                        "t = Transpose(k) perm=[1,0]",
                        "s = MatMul(q, t)",
                        "w = Softmax(s) axis=1",
                        "y = MatMul(w, v)"),
                new EmptyModel("x[a,b] w[c,b] d[c]", "y = Gemm(x, w, d) transB=1"),
                new EmptyModel("x[a,b,5,5] w[c,b,3,3]", "y = Conv(x, w) pads=[1,1,1,1]"),
                new EmptyModel("x[a,3,8,8] w[4,3,1,1]", "y = Conv(x, w)"),
                new EmptyModel("x[a,b,6,6]", "y = MaxPool(x) kernel_shape=[2,2] strides=[2,2]"),
                new EmptyModel("x[a,b,6,6]", "y = AveragePool(x) kernel_shape=[3,3] pads=[1,1,1,1]"),
                new EmptyModel("x[a,b,6,6]", "y = GlobalAveragePool(x)"),
                new EmptyModel("x[a,b] z[c,b]", "e = Exp(x)", "y = Concat(e, z) axis=0"),
                new EmptyModel("x[c,a] z[c,b]", "e = Exp(x)", "y = Concat(e, z, x) axis=1"),
                new EmptyModel("x[a,b]", "s = Slice(x, last, start, zero, last)", "y = Abs(s)"),
                new EmptyModel("x[a,b]", "s = Slice(x, one, all, zero)", "y = Abs(s)"),
                new EmptyModel("x[a,b]", "y = Pad(x, pads)"),
                new EmptyModel("x[a,b]", "y = Reshape(x, flat)"),
                new EmptyModel("x[a,b,c]", "y = Flatten(x) axis=1"),
                new EmptyModel("x[a,b,c]", "t = Transpose(x) perm=[2,0,1]", "y = Flatten(t) axis=2"),
                new EmptyModel("x[a,b]", "s = Shape(x)", "i = NonZero(x)", "y = Cast(i) to=1"),
                new EmptyModel("x[a,b]", "s = Shape(x)", "e = Expand(x, s)", "y = Neg(e)"),
                new EmptyModel("x[a,b] s[b] d[b]", "y = LayerNormalization(x, s, d)"),
                new EmptyModel("x[a,b] z[a,b]", "l = Less(x, z)", "y = Where(l, x, z)"),
                new EmptyModel("x[a,b]", "t = Transpose(x) perm=[1,0]", "y = MatMul(x, t)"),
                new EmptyModel("x[a,a]", "t = Transpose(x) perm=[1,0]", "y = Add(x, t)"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void giveNothingOrTheIdentity(EmptyModel row) {
        byte[] any = row.model(Map.of()).build();
        try (CompiledModel compiled = ModelCompiler.of(Options.defaults()).compile(any);
                InterpretedModel interpreted =
                        ModelCompiler.of(Options.defaults()).interpret(any)) {
            for (Map<String, Object> extents : cases(row)) {
                Map<String, Tensor> inputs = row.tensors(extents);
                String where = row + " " + extents;
                Agreement expected = Agreement.plain(interpreted.run(inputs));
                expected.check(where, compiled.run(inputs));
                try (Model stated = Model.load(row.model(extents).build(), Options.defaults())) {
                    expected.check(where + ", stated", stated.run(inputs));
                }
            }
        }
    }

    private static List<Map<String, Object>> cases(EmptyModel row) {
        List<Map<String, Object>> cases = new ArrayList<>();
        for (long a : EXTENTS) {
            for (long b : EXTENTS) {
                for (long c : EXTENTS) {
                    boolean used = (a == 3 || row.has("a")) && (b == 3 || row.has("b")) && (c == 3 || row.has("c"));
                    if (used && (a == 0 || b == 0 || c == 0)) {
                        cases.add(Map.of("a", a, "b", b, "c", c));
                    }
                }
            }
        }
        return cases;
    }
}
