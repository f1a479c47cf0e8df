package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What TensorScatter writes, where, and what it refuses. */
class TensorScatterTest {
    private static OnnxBuilder model(String mode, long axis, Object... extents) {
        Object[] update = extents.clone();
        update[(int) Math.floorMod(axis, (long) extents.length)] = "new";
        return new OnnxBuilder()
                .opset(24)
                .input("past", DType.F32, extents)
                .input("update", DType.F32, update)
                .input("at", DType.I64, extents[0])
                .node(
                        "TensorScatter",
                        List.of("past", "update", "at"),
                        List.of("present"),
                        Map.of("axis", OnnxAttribute.of(axis), "mode", OnnxAttribute.of(mode)))
                .output("present", DType.F32);
    }

    private static Tensor numbers(float first, long... shape) {
        float[] values = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = first + i;
        }
        return Tensor.of(values, shape);
    }

    private static Map<String, Tensor> inputs(long axis, long extent, long rows, long... at) {
        long[] past = {at.length, 3, 3, 3};
        long[] update = past.clone();
        past[(int) axis] = extent;
        update[(int) axis] = rows;
        return Map.of("past", numbers(0, past), "update", numbers(1000, update), "at", Tensor.of(at, at.length));
    }

    @ParameterizedTest
    @CsvSource({"linear,1", "linear,2", "linear,3", "circular,1", "circular,2", "circular,3"})
    void writesRows(String mode, long axis) {
        SmallModel.of("rows", model(mode, axis, "batch", "heads", "time", "depth"))
                .run(inputs(axis, 5, 1, 0, 4))
                .run(inputs(axis, 5, 2, 3, 0))
                .run(inputs(axis, 5, 5, 0, 0, 0))
                .agrees();
    }

    @Test
    void turnsAround() {
        SmallModel.of("circle", model("circular", -2, "batch", "heads", "time", "depth"))
                .run(inputs(2, 5, 3, 4, 3))
                .run(inputs(2, 5, 5, 1, 4))
                .agrees();
    }

    @Test
    void refusesWhatIsOutOfRange() {
        for (long[] at : new long[][] {{0, 4}, {-1, 0}}) {
            String message = SmallModel.refused(
                    ModelException.Code.INVALID_INPUT,
                    model("linear", 2, "batch", "heads", "time", "depth"),
                    inputs(2, 5, 2, at));
            assertTrue(message.contains("is out of range, expected 0 to 3"), message);
        }
        SmallModel.refused(ModelException.Code.INVALID_MODEL, model("linear", 0, 2, 3, 4, 5), inputs(2, 5, 2, 0, 0));
    }
}
