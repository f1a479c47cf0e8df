package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.ModelCompiler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Pads of every mode, narrower and wider than the axis, cutting too, give what the reference interpreter gives. */
class PaddingTest {
    private static final int CASES = 200;

    private static byte[] model(long[] extents, long[] pads, String mode, boolean symbolic) {
        OnnxBuilder builder = new OnnxBuilder().opset(19);
        if (symbolic) {
            builder.input("x", DType.F32, "n", "m");
        } else {
            builder.input("x", DType.F32, extents[0], extents[1]);
        }
        return builder.initializer("p", Tensor.of(pads, 4))
                .node("Pad", List.of("x", "p"), List.of("y"), Map.of("mode", OnnxAttribute.of(mode)))
                .output("y")
                .build();
    }

    private static Optional<Tensor> result(Model model, Map<String, Tensor> inputs) {
        try (model) {
            return Optional.of(model.run(inputs).get("y"));
        } catch (ModelException refused) {
            assertNotEquals(ModelException.Code.INTERNAL, refused.code(), refused.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Tensor> compiled(byte[] model, Map<String, Tensor> inputs) {
        try {
            return result(Model.load(model, Options.defaults()), inputs);
        } catch (ModelException refused) {
            assertEquals(ModelException.Code.INVALID_MODEL, refused.code(), refused.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Tensor> interpreted(byte[] model, Map<String, Tensor> inputs) {
        try {
            return result(ModelCompiler.of(Options.defaults()).interpret(model), inputs);
        } catch (ModelException refused) {
            return Optional.empty();
        }
    }

    @Test
    void agreesWithTheInterpreter() {
        SplittableRandom random = new SplittableRandom(5);
        for (int at = 0; at < CASES; at++) {
            long[] extents = {1 + random.nextInt(5), 1 + random.nextInt(5)};
            long[] pads =
                    LongStream.generate(() -> random.nextInt(14) - 2).limit(4).toArray();
            String mode = List.of("reflect", "edge", "wrap", "constant").get(random.nextInt(4));
            float[] elements = new float[(int) (extents[0] * extents[1])];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = i + 1;
            }
            Map<String, Tensor> inputs = Map.of("x", Tensor.of(elements, extents));
            byte[] model = model(extents, pads, mode, random.nextBoolean());
            String what = mode + " of " + List.of(extents[0], extents[1]) + " by "
                    + LongStream.of(pads).boxed().toList();
            Optional<Tensor> expected = interpreted(model, inputs);
            Optional<Tensor> found = compiled(model, inputs);
            assertEquals(expected.map(Tensor::toString), found.map(Tensor::toString), what);
            expected.ifPresent(tensor ->
                    assertArrayEquals(tensor.toFloatArray(), found.orElseThrow().toFloatArray(), what));
        }
    }
}
