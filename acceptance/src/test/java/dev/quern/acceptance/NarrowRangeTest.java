package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Range of 16-bit floats is computed in 32 bits and rounded once, of constants and of operands alike. */
class NarrowRangeTest {
    private static final int COUNT = 300;

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void isRoundedOnce(DType type) {
        DoubleUnaryOperator rounded = type == DType.F16
                ? value -> Float.float16ToFloat(Float.floatToFloat16((float) value))
                : NarrowRangeTest::toBrainFloat;
        float start = (float) rounded.applyAsDouble(0.3);
        float delta = (float) rounded.applyAsDouble(0.1);
        float limit = (float) rounded.applyAsDouble(0.3 + (COUNT + 50) * 0.1);
        int count = (int) Math.ceil(((double) limit - start) / delta);
        float[] expected = new float[count];
        for (int i = 0; i < count; i++) {
            float product = i * delta;
            expected[i] = (float) rounded.applyAsDouble(start + product);
        }
        for (boolean given : new boolean[] {false, true}) {
            Fault fault = new Fault("Range").opset(27);
            String[] names = {"p", "q", "r"};
            float[] values = {start, limit, delta};
            for (int i = 0; i < names.length; i++) {
                Tensor value = Tensor.of(new float[] {values[i]});
                if (given) {
                    fault.input(names[i], value);
                } else {
                    fault.constant(names[i], value);
                }
            }
            int number = DataTypes.number(type);
            fault.nodes(
                    "a = Cast(p) to=" + number,
                    "b = Cast(q) to=" + number,
                    "c = Cast(r) to=" + number,
                    "g = Range(a, b, c)",
                    "y = Cast(g) to=" + DataTypes.number(DType.F32));
            byte[] bytes = fault.model().output("y").build();
            for (QuernPath engine : QuernPath.values()) {
                float[] found = engine.run(bytes, fault.inputs()).get("y").toFloatArray();
                assertArrayEquals(expected, found, engine + (given ? ", operands given" : ", constants"));
            }
        }
    }

    /** Halves go to the even one. */
    private static double toBrainFloat(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }
}
