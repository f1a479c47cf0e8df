package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sizes that a model finds out while it runs. */
class FoundSizesTest {
    private static Tensor matrix(long rows, long columns) {
        float[] data = new float[(int) (rows * columns)];
        for (int i = 0; i < data.length; i++) {
            data[i] = i % 7 - 3;
        }
        return Tensor.of(data, rows, columns);
    }

    @Test
    void aPartIsComputedBeforeTheSizeOfTheWholeIsFound() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, 2, 3)
                .input("end", DType.I64, 1)
                .initializer("table", matrix(9, 3))
                .initializer("zero", Trial.longs(0))
                .node("Relu", List.of("x"), List.of("r"))
                .node("Slice", List.of("table", "zero", "end", "zero"), List.of("s"))
                .node("Concat", List.of("s", "r"), List.of("y"), Map.of("axis", new OnnxAttribute.Int(0)))
                .output("y", DType.F32, "m", 3);
        Trial trial = Trial.of("whole", model);
        for (long end : new long[] {0, 1, 5, 9, 100}) {
            trial.run(Map.of("x", matrix(2, 3), "end", Trial.longs(end)));
        }
        trial.agrees();
    }

    @Test
    void aSizeIsNeededWhoseTensorIsNot() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .initializer("zero", Tensor.of(new long[] {0}))
                .initializer("one", Tensor.of(new long[] {1}))
                .node("NonZero", List.of("x"), List.of("places"))
                .node("Shape", List.of("places"), List.of("shape"))
                .node("Gather", List.of("shape", "one"), List.of("count"))
                .node("Range", List.of("zero", "count", "one"), List.of("y"))
                .output("y", DType.I64, "m");
        Trial.of("count", model)
                .run(Map.of("x", Trial.floats(0, 3, 0, -1)))
                .run(Map.of("x", Trial.floats(0)))
                .run(Map.of("x", Trial.floats(1, 2, 3)))
                .agrees();
    }
}
