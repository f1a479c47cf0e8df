package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolutions of so many channels that a panel of their weights fills the second-level cache: the rows of an image go through it block by block. */
class LongReductionsTest {
    private static Tensor noise(int seed, double scale, long... shape) {
        Random random = new Random(seed);
        float[] x = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (scale * random.nextGaussian());
        }
        return Tensor.of(x, shape);
    }

    @Test
    void agree() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n", 512, "h", 7)
                .initializer("w", noise(1, 0.02, 50, 512, 3, 3))
                .initializer("b", noise(2, 1, 50))
                .node("Conv", List.of("x", "w", "b"), List.of("c"), Map.of("pads", OnnxAttribute.ofInts(1, 1, 1, 1)))
                .node("Relu", List.of("c"), List.of("y"))
                .output("y");
        SmallModel.of("a convolution of 512 channels", model)
                .run(Map.of("x", noise(3, 1, 1, 512, 3, 7)))
                .run(Map.of("x", noise(4, 1, 2, 512, 2, 7)))
                .run(Map.of("x", noise(5, 1, 1, 512, 1, 7)))
                .agrees();
    }
}
