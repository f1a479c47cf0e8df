package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of slices on an axis of any extent, by one compilation of the model. */
class SliceBoundsTest {
    private static OnnxBuilder slice(long start, long end, long step) {
        return new OnnxBuilder()
                .input("x", DType.F32, "n", 3)
                .initializer("starts", SmallModel.longs(start))
                .initializer("ends", SmallModel.longs(end))
                .initializer("axes", SmallModel.longs(0))
                .initializer("steps", SmallModel.longs(step))
                .node("Slice", List.of("x", "starts", "ends", "axes", "steps"), List.of("s"))
                .node("Neg", List.of("s"), List.of("y"))
                .output("y", DType.F32, "m", 3);
    }

    private static Tensor ramp(long rows) {
        float[] data = new float[(int) rows * 3];
        for (int i = 0; i < data.length; i++) {
            data[i] = i + 1;
        }
        return Tensor.of(data, rows, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1000000000, 1",
        "0, 1000, 1",
        "0, 17, 1",
        "17, 9223372036854775807, 1",
        "-1000000000, 9223372036854775807, 1",
        "-20, -17, 1",
        "-100, 100, 2",
        "18, 100, 3",
        "1000, 2000, 1",
        "1000000000, -1000000000, -1",
        "1000, -1000, -1",
        "-1, -1000, -2",
        "-20, -1000, -1",
        "18, 17, -1",
        "9223372036854775807, -9223372036854775808, -1"
    })
    void beyondTheAxisMeanItsEnd(long start, long end, long step) {
        OnnxBuilder model = slice(start, end, step);
        SmallModel trial = SmallModel.of("slice", model);
        long[] extents = {1, 2, 5, 16, 17, 18, 19, 20, 23, 99, 101};
        try (CompiledModel compiled = ModelCompiler.of(Options.defaults()).compile(model.build())) {
            for (long extent : extents) {
                trial.run(Map.of("x", ramp(extent)));
                compiled.run(Map.of("x", ramp(extent)));
            }
            assertEquals(0, compiled.run(Map.of("x", ramp(0))).get("y").elements());
            assertEquals(1, compiled.compilations());
            assertEquals(List.of(), compiled.program().guards());
        }
        trial.agrees();
    }

    @Test
    void positionsNearTheEndsAreTakenForGranted() {
        OnnxBuilder model = slice(0, 4, 1);
        try (CompiledModel compiled = ModelCompiler.of(Options.defaults()).compile(model.build())) {
            assertEquals("[n >= 4]", compiled.program().guards().toString());
            assertEquals(12, compiled.run(Map.of("x", ramp(5))).get("y").elements());
            assertEquals(1, compiled.compilations());
            assertEquals(9, compiled.run(Map.of("x", ramp(3))).get("y").elements());
            assertEquals(2, compiled.compilations());
        }
    }
}
