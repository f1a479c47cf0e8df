package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Normalisation of rows that no cache keeps, and of numbers far from zero, against the interpreter and ONNX Runtime. */
class NormalisedRowsTest {
    private static Tensor around(double centre, double deviation, long... shape) {
        Random random = new Random(shape.length);
        float[] x = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (centre + deviation * random.nextGaussian());
        }
        return Tensor.of(x, shape);
    }

    private static OnnxBuilder model(String operator) {
        return normalised(operator, new OnnxBuilder().input("x", DType.F32, "n", 2, "h", "w"));
    }

    /** The same where {@code x} has its channels last, six of them. */
    private static OnnxBuilder channelsLast(String operator, DType dtype) {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", dtype, "n", "h", "w", 6)
                .initializer("scale", typed(dtype, 1, -2, 3, 0.5f, 2, 1))
                .initializer("bias", typed(dtype, 0, 3, 1, 0, -1, 0))
                .node("Transpose", List.of("x"), List.of("t"), Map.of("perm", OnnxAttribute.ofInts(0, 3, 1, 2)));
        Map<String, OnnxAttribute> groups = Map.of("num_groups", OnnxAttribute.of(2L));
        model = switch (operator) {
            case "InstanceNormalization" -> model.node(operator, List.of("t", "scale", "bias"), List.of("m"));
            case "GroupNormalization" -> model.node(operator, List.of("t", "scale", "bias"), List.of("m"), groups);
            default -> model.node(operator, List.of("t"), List.of("m"));
        };
        return model.node("Relu", List.of("m"), List.of("r"))
                .node("Transpose", List.of("r"), List.of("y"), Map.of("perm", OnnxAttribute.ofInts(0, 2, 3, 1)))
                .output("y");
    }

    private static Tensor typed(DType dtype, float... values) {
        Tensor tensor = Tensor.of(values, values.length);
        return dtype == DType.F32 ? tensor : narrow(tensor);
    }

    private static Tensor narrow(Tensor tensor) {
        float[] from = tensor.toFloatArray();
        short[] bits = new short[from.length];
        for (int i = 0; i < from.length; i++) {
            bits[i] = Float.floatToFloat16(from[i]);
        }
        return Tensor.of(MemorySegment.ofArray(bits), DType.F16, tensor.shape());
    }

    private static OnnxBuilder normalised(String operator, OnnxBuilder model) {
        if (operator.equals("MeanVarianceNormalization")) {
            return model.node(operator, List.of("x"), List.of("y")).output("y");
        }
        model.initializer("scale", Tensor.of(new float[] {1, -2}, 2))
                .initializer("bias", Tensor.of(new float[] {0, 3}, 2));
        Map<String, OnnxAttribute> attributes =
                operator.equals("GroupNormalization") ? Map.of("num_groups", OnnxAttribute.of(1L)) : Map.of();
        return model.node(operator, List.of("x", "scale", "bias"), List.of("y"), attributes)
                .output("y");
    }

    @ParameterizedTest
    @CsvSource({"InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization"})
    void agree(String operator) {
        SmallModel.of(operator, model(operator))
                .run(Map.of("x", around(1, 2, 2, 2, 3, 5)))
                .run(Map.of("x", around(0, 1, 1, 2, 130, 127)))
                .run(Map.of("x", around(3, 5, 2, 2, 200, 251)))
                .run(Map.of("x", around(100, 1, 1, 2, 30, 40)))
                .agrees();
    }

    @ParameterizedTest
    @CsvSource({"InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization"})
    void agreeWhereChannelsComeLast(String operator) {
        SmallModel.of(operator, channelsLast(operator, DType.F32))
                .run(Map.of("x", around(1, 2, 2, 3, 5, 6)))
                .run(Map.of("x", around(3, 5, 2, 200, 251, 6)))
                .run(Map.of("x", around(100, 1, 1, 30, 40, 6)))
                .run(Map.of("x", around(0, 1, 2, 1, 1, 6)))
                .agrees();
    }

    @ParameterizedTest
    @CsvSource({"InstanceNormalization", "GroupNormalization"})
    void agreeInHalfPrecisionWhereChannelsComeLast(String operator) {
        SmallModel.of(operator, channelsLast(operator, DType.F16))
                .run(Map.of("x", narrow(around(1, 2, 2, 3, 5, 6))))
                .run(Map.of("x", narrow(around(3, 5, 1, 100, 51, 6))))
                .agrees();
    }

    /** A mean that is rounded is off by as much as a few units of what is far from zero; a sum of squares would be off by all. */
    @ParameterizedTest
    @CsvSource({"InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization"})
    void numbersFarFromZeroKeepTheirDeviation(String operator) {
        byte[] bytes = model(operator).build();
        Tensor x = around(1e4, 1, 1, 2, 200, 251);
        float[] given = x.toFloatArray();
        for (QuernPath path : QuernPath.values()) {
            float[] found = path.run(bytes, Map.of("x", x)).get("y").toFloatArray();
            boolean affine = !operator.equals("MeanVarianceNormalization");
            for (int channel = 0; channel < 2; channel++) {
                int from = channel * found.length / 2;
                float[] expected = new float[found.length / 2];
                float[] own = new float[found.length / 2];
                double scale = affine && channel == 1 ? -2 : 1;
                double bias = affine && channel == 1 ? 3 : 0;
                for (int i = 0; i < own.length; i++) {
                    own[i] = found[from + i];
                    expected[i] = (float) ((given[from + i] - 1e4) * scale + bias);
                }
                assertArrayEquals(expected, own, 0.05f, operator + " by " + path);
            }
        }
    }

    @Test
    void threadsAndVectorsGiveTheSameBits() {
        byte[] bytes = model("InstanceNormalization").build();
        Map<String, Tensor> inputs = Map.of("x", around(3, 5, 2, 2, 300, 251));
        float[] scalar = QuernPath.SCALAR.run(bytes, inputs).get("y").toFloatArray();
        assertArrayEquals(scalar, QuernPath.VECTOR.run(bytes, inputs).get("y").toFloatArray());
        assertArrayEquals(scalar, QuernPath.KERNELS.run(bytes, inputs).get("y").toFloatArray());
        try (Model two = Model.load(bytes, Options.builder().threads(2).build())) {
            assertArrayEquals(scalar, two.run(inputs).get("y").toFloatArray());
        }
    }
}
