package dev.quern.bench;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models of any number of layers, spelt as exporters spell them: what a compiler does with more of the same. */
final class LayeredModels {
    private static final int HEADS = 4;
    private static final int WIDTH = 64;
    private static final int GROWTH = 16;

    private final OnnxBuilder builder = new OnnxBuilder().opset(17);
    private final Random random = new Random(1);
    private int names;

    private LayeredModels() {}

    /** An encoder of {@code layers} layers of attention and feed-forward over {@code [batch, time, 64]}, sizes symbolic, layers equal. */
    static byte[] transformer(int layers) {
        LayeredModels model = new LayeredModels();
        model.builder.input("x", DType.F32, "batch", "time", WIDTH);
        String value = "x";
        for (int layer = 0; layer < layers; layer++) {
            value = model.normalized(model.node("Add", value, model.attention(value)));
            value = model.normalized(model.node("Add", value, model.feedForward(value)));
        }
        model.named(value);
        return model.builder.output("y", DType.F32, "batch", "time", WIDTH).build();
    }

    /**
     * A densely connected net over an image of 64×64: three blocks of {@code layers} layers, each of which adds 16 channels to what it was given, so that no two
     * are equal.
     */
    static byte[] dense(int layers) {
        LayeredModels model = new LayeredModels();
        model.builder.input("x", DType.F32, 1, 3, 64, 64);
        int channels = 2 * GROWTH;
        String value = model.convolution("x", 3, channels, 3);
        for (int block = 0; block < 3; block++) {
            for (int layer = 0; layer < layers; layer++) {
                String narrow = model.convolution(model.activated(value, channels), channels, 4 * GROWTH, 1);
                String more = model.convolution(model.activated(narrow, 4 * GROWTH), 4 * GROWTH, GROWTH, 3);
                value = model.node("Concat", Map.of("axis", OnnxAttribute.of(1)), value, more);
                channels += GROWTH;
            }
            value = model.convolution(model.activated(value, channels), channels, channels / 2, 1);
            channels /= 2;
            value = model.node(
                    "AveragePool",
                    Map.of("kernel_shape", OnnxAttribute.ofInts(2, 2), "strides", OnnxAttribute.ofInts(2, 2)),
                    value);
        }
        model.named(model.node("GlobalAveragePool", value));
        return model.builder.output("y", DType.F32, 1, channels, 1, 1).build();
    }

    private void named(String value) {
        builder.node("Identity", List.of(value), List.of("y"));
    }

    private String node(String type, String... operands) {
        return node(type, Map.of(), operands);
    }

    private String node(String type, Map<String, OnnxAttribute> attributes, String... operands) {
        String result = "v" + names++;
        builder.node(type, List.of(operands), List.of(result), attributes);
        return result;
    }

    private String floats(long... shape) {
        float[] values = new float[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return constant(Tensor.of(values, shape));
    }

    private String number(float value) {
        return constant(Tensor.of(new float[] {value}));
    }

    private String longs(long... values) {
        return constant(Tensor.of(values, values.length));
    }

    private String constant(Tensor tensor) {
        String name = "c" + names++;
        builder.initializer(name, tensor);
        return name;
    }

    private String linear(String value, int from, int to) {
        return node("Add", node("MatMul", value, floats(from, to)), floats(to));
    }

    /** {@code [batch, time, width]} as {@code [batch, heads, time, width of one]}, sizes taken from the value as exporters do. */
    private String heads(String value) {
        String shape = node("Shape", value);
        String batch = node("Gather", shape, longs(0));
        String time = node("Gather", shape, longs(1));
        Map<String, OnnxAttribute> first = Map.of("axis", OnnxAttribute.of(0));
        String split = node("Concat", first, batch, time, longs(HEADS), longs(WIDTH / HEADS));
        return node("Transpose", Map.of("perm", OnnxAttribute.ofInts(0, 2, 1, 3)), node("Reshape", value, split));
    }

    private String attention(String value) {
        String query = heads(linear(value, WIDTH, WIDTH));
        String key = heads(linear(value, WIDTH, WIDTH));
        String values = heads(linear(value, WIDTH, WIDTH));
        String turned = node("Transpose", Map.of("perm", OnnxAttribute.ofInts(0, 1, 3, 2)), key);
        String scores = node("Div", node("MatMul", query, turned), number(4));
        String weights = node("Softmax", Map.of("axis", OnnxAttribute.of(-1)), scores);
        String joined =
                node("Transpose", Map.of("perm", OnnxAttribute.ofInts(0, 2, 1, 3)), node("MatMul", weights, values));
        return linear(node("Reshape", joined, longs(0, 0, WIDTH)), WIDTH, WIDTH);
    }

    private String feedForward(String value) {
        String wide = linear(value, WIDTH, 4 * WIDTH);
        String error = node("Erf", node("Div", wide, number(1.4142135f)));
        String gelu = node("Mul", node("Mul", wide, node("Add", error, number(1))), number(0.5f));
        return linear(gelu, 4 * WIDTH, WIDTH);
    }

    private String normalized(String value) {
        return node("LayerNormalization", value, floats(WIDTH), floats(WIDTH));
    }

    private String activated(String value, int channels) {
        float[] ones = new float[channels];
        java.util.Arrays.fill(ones, 1);
        String normalized = node(
                "BatchNormalization",
                value,
                floats(channels),
                floats(channels),
                floats(channels),
                constant(Tensor.of(ones, channels)));
        return node("Relu", normalized);
    }

    private String convolution(String value, int from, int to, int extent) {
        int pad = extent / 2;
        return node(
                "Conv",
                Map.of("pads", OnnxAttribute.ofInts(pad, pad, pad, pad)),
                value,
                floats(to, from, extent, extent));
    }
}
