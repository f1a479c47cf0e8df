package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Attention to no keys gives 0, to keys that are all masked NaN, in ONNX Runtime too. */
class NoKeysTest {
    private static final int DEPTH = 8;

    private static OnnxBuilder attention() {
        return new OnnxBuilder()
                .opset(17)
                .input("q", DType.F32, 2, 3, DEPTH)
                .input("k", DType.F32, 2, "keys", DEPTH)
                .input("v", DType.F32, 2, "keys", DEPTH)
                .input("mask", DType.F32, 3, "keys")
                .node("Transpose", List.of("k"), List.of("t"), Map.of("perm", OnnxAttribute.ofInts(0, 2, 1)))
                .node("MatMul", List.of("q", "t"), List.of("scores"))
                .node("Add", List.of("scores", "mask"), List.of("masked"))
                .node("Softmax", List.of("masked"), List.of("weights"), Map.of("axis", OnnxAttribute.of(-1)))
                .node("MatMul", List.of("weights", "v"), List.of("y"))
                .output("y", DType.F32, 2, 3, DEPTH);
    }

    private static Tensor ramp(int... shape) {
        long[] extents = java.util.Arrays.stream(shape).asLongStream().toArray();
        float[] values = new float[(int) Tensor.count(extents)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7 - 3) / 4f;
        }
        return Tensor.of(values, extents);
    }

    private static Map<String, Tensor> inputs(int keys) {
        float[] mask = new float[3 * keys];
        java.util.Arrays.fill(mask, 0, keys, Float.NEGATIVE_INFINITY);
        return Map.of(
                "q", ramp(2, 3, DEPTH),
                "k", ramp(2, keys, DEPTH),
                "v", ramp(2, keys, DEPTH),
                "mask", Tensor.of(mask, 3, keys));
    }

    @Test
    void isZero() {
        SmallModel.of("attention to no keys", attention())
                .run(inputs(0))
                .run(inputs(1))
                .run(inputs(5))
                .agrees();
    }
}
