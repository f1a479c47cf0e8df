package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Extents that are taken to be equal, or not to be 1, and turn out otherwise. */
class UnlikeSizesTest {
    private static final Map<String, OnnxAttribute> AXIS_0 = Map.of("axis", new OnnxAttribute.Int(0));

    private static Map<String, Tensor> kept(Tensor x, int count) {
        byte[] keep = new byte[(int) x.elements()];
        for (int i = 0; i < count; i++) {
            keep[i] = 1;
        }
        return Map.of("x", x, "k", Tensor.of(java.lang.foreign.MemorySegment.ofArray(keep), DType.BOOL, keep.length));
    }

    private static OnnxBuilder compressed(int opset) {
        return new OnnxBuilder()
                .opset(opset)
                .input("x", DType.F32, 4)
                .input("k", DType.BOOL, 4)
                .node("Compress", List.of("x", "k"), List.of("c"), AXIS_0);
    }

    @Test
    void aSizeIsBroadcastToOneMore() {
        Tensor x = SmallModel.floats(1, -2, 3, 0.5f);
        OnnxBuilder model = compressed(17)
                .initializer("one", SmallModel.floats(7))
                .node("Concat", List.of("c", "one"), List.of("g"), AXIS_0)
                .node("Add", List.of("g", "c"), List.of("s"))
                .node("Max", List.of("c", "s", "g"), List.of("y"))
                .output("y", DType.F32, "n");
        SmallModel.of("grown", model)
                .run(kept(x, 1))
                .run(kept(x, 0))
                .run(kept(x, 1))
                .agrees();
        SmallModel.refused(ModelException.Code.INVALID_INPUT, model, kept(x, 3));
    }

    @Test
    void aSizeThatAGuardSettlesIsSqueezedAndBroadcast() {
        Tensor x = SmallModel.floats(1, -2, 3, 0.5f);
        SmallModel trial = SmallModel.of(
                "settled",
                compressed(17)
                        .initializer("table", SmallModel.floats(5, 6, 7))
                        .initializer("place", Tensor.of(new long[] {1}, 1, 1))
                        .node("ScatterND", List.of("table", "place", "c"), List.of("t"))
                        .node("Squeeze", List.of("c"), List.of("q"))
                        .node("Mul", List.of("t", "c"), List.of("m"))
                        .output("q")
                        .output("m"));
        trial.run(kept(x, 1)).agrees();
    }

    @Test
    void einsumBroadcastsALetterThatIsOneInOneOperand() {
        for (String equation : List.of("a,a->", "a,a->a", "a,ab->b", "ab,a->b")) {
            boolean matrixFirst = equation.startsWith("ab");
            boolean matrix = equation.contains("ab");
            OnnxBuilder model = new OnnxBuilder()
                    .opset(17)
                    .input("one", DType.F32, 1)
                    .input("x", DType.F32, matrix ? new Object[] {"n", 2} : new Object[] {"n"})
                    .node(
                            "Einsum",
                            matrixFirst ? List.of("x", "one") : List.of("one", "x"),
                            List.of("y"),
                            Map.of("equation", OnnxAttribute.of(equation)))
                    .output("y");
            SmallModel trial = SmallModel.of(equation, model);
            for (int n : new int[] {1, 3}) {
                Tensor x = matrix ? Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2) : SmallModel.floats(1, 2, 3);
                Tensor part = n == 3 ? x : matrix ? Tensor.of(new float[] {8, 9}, 1, 2) : SmallModel.floats(9);
                trial.run(Map.of("one", SmallModel.floats(3), "x", part));
            }
            trial.agrees();
        }
    }

    @Test
    void slicesBeyondASymbolicAxisMeetTheWhole() {
        for (String operator : List.of("Equal", "Add")) {
            OnnxBuilder model = new OnnxBuilder()
                    .opset(17)
                    .input("x", DType.I64, "s", "s")
                    .initializer("start", SmallModel.longs(22))
                    .initializer("end", SmallModel.longs(23))
                    .initializer("axis", SmallModel.longs(1))
                    .node("Slice", List.of("x", "start", "end", "axis"), List.of("v"))
                    .node(operator, List.of("v", "x"), List.of("y"))
                    .output("y");
            SmallModel trial = SmallModel.of(operator, model);
            for (int s : new int[] {1, 23, 30}) {
                trial.run(Map.of("x", Tensor.of(new long[s * s], s, s)));
            }
            trial.agrees();
        }
    }

    @Test
    void aStatedRankMayRestOnSizes() {
        OnnxBuilder model = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 4)
                .node("Squeeze", List.of("x"), List.of("y"))
                .output("y", DType.F32, "m");
        SmallModel.of("rank", model)
                .run(Map.of("x", Tensor.of(new float[] {1, 2, 3, 4}, 1, 4)))
                .agrees();
    }

    @Test
    void recurrentLayersTakeWeightsOfFoundSizes() {
        for (String layer : List.of("RNN", "GRU", "LSTM")) {
            int gates = layer.equals("RNN") ? 1 : layer.equals("GRU") ? 3 : 4;
            int hidden = 5;
            int rows = gates * hidden;
            OnnxBuilder model = new OnnxBuilder()
                    .opset(14)
                    .input("x", DType.F32, 4, 2, "width")
                    .input("end", DType.I64, 1)
                    .initializer("table", ramp(1, rows + 2, 3))
                    .initializer("r", ramp(1, rows, hidden))
                    .initializer("b", ramp(1, 2 * rows))
                    .initializer("zero", SmallModel.longs(0))
                    .initializer("axis", SmallModel.longs(1))
                    .node("Slice", List.of("table", "zero", "end", "axis"), List.of("w"))
                    .node(
                            layer,
                            List.of("x", "w", "r", "b"),
                            List.of("y", "last"),
                            Map.of("hidden_size", OnnxAttribute.of(hidden)))
                    .output("y")
                    .output("last");
            SmallModel.of(layer, model)
                    .run(Map.of("x", ramp(4, 2, 3), "end", SmallModel.longs(rows)))
                    .agrees();
        }
    }

    @Test
    void constantIndicesAreHeldAgainstSizesOfTheRun() {
        OnnxBuilder model = new OnnxBuilder()
                .opset(17)
                .input("x", DType.F32, "n", 2)
                .initializer("indices", Tensor.of(new long[] {0, -1}, 1, 2))
                .initializer("places", Tensor.of(new long[] {1}, 1, 1))
                .initializer("rows", Tensor.of(new float[] {8, 9}, 1, 2))
                .node("GatherElements", List.of("x", "indices"), List.of("g"))
                .node("ScatterND", List.of("x", "places", "rows"), List.of("s"))
                .output("g")
                .output("s");
        SmallModel.of("indices", model)
                .run(Map.of("x", ramp(2, 2)))
                .run(Map.of("x", ramp(5, 2)))
                .agrees();
        SmallModel.refused(ModelException.Code.INVALID_INPUT, model, Map.of("x", ramp(1, 2)));
    }

    private static Tensor ramp(long... shape) {
        float[] values = new float[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 7 % 11 - 5) / 8f;
        }
        return Tensor.of(values, shape);
    }
}
