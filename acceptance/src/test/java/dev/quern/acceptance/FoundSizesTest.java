package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
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
                .initializer("zero", SmallModel.longs(0))
                .node("Relu", List.of("x"), List.of("r"))
                .node("Slice", List.of("table", "zero", "end", "zero"), List.of("s"))
                .node("Concat", List.of("s", "r"), List.of("y"), Map.of("axis", new OnnxAttribute.Int(0)))
                .output("y", DType.F32, "m", 3);
        SmallModel trial = SmallModel.of("whole", model);
        for (long end : new long[] {0, 1, 5, 9, 100}) {
            trial.run(Map.of("x", matrix(2, 3), "end", SmallModel.longs(end)));
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
        SmallModel.of("count", model)
                .run(Map.of("x", SmallModel.floats(0, 3, 0, -1)))
                .run(Map.of("x", SmallModel.floats(0)))
                .run(Map.of("x", SmallModel.floats(1, 2, 3)))
                .agrees();
    }

    @Test
    void aBroadcastIsDecidedByTheSizeOfAnInput() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .input("keep", DType.BOOL, "n")
                .input("s", DType.F32, "m")
                .node("Compress", List.of("x", "keep"), List.of("c"))
                .node("Mul", List.of("c", "s"), List.of("y"))
                .output("y", DType.F32, "k");
        SmallModel.of("scale", model)
                .run(Map.of(
                        "x", SmallModel.floats(1, 2, 3), "keep", truths(true, false, true), "s", SmallModel.floats(10)))
                .run(Map.of(
                        "x",
                        SmallModel.floats(1, 2, 3),
                        "keep",
                        truths(true, false, true),
                        "s",
                        SmallModel.floats(5, 7)))
                .run(Map.of(
                        "x",
                        SmallModel.floats(1, 2, 3),
                        "keep",
                        truths(false, false, true),
                        "s",
                        SmallModel.floats(5, 7)))
                .run(Map.of(
                        "x",
                        SmallModel.floats(1, 2, 3),
                        "keep",
                        truths(false, false, false),
                        "s",
                        SmallModel.floats(5)))
                .run(Map.of(
                        "x", SmallModel.floats(1, 2, 3), "keep", truths(true, true, true), "s", SmallModel.floats(10)))
                .agrees();
    }

    @Test
    void aBroadcastIsDecidedBySizesFoundAlone() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, 4)
                .input("k", DType.BOOL, 4)
                .input("l", DType.BOOL, 4)
                .node("Compress", List.of("x", "k"), List.of("c"))
                .node("Compress", List.of("x", "l"), List.of("d"))
                .node("Tanh", List.of("c"), List.of("t"))
                .node("Add", List.of("t", "d"), List.of("s"))
                .node("Mul", List.of("s", "d"), List.of("y"))
                .output("y", DType.F32, "k");
        Tensor x = SmallModel.floats(1, -2, 3, 0.5f);
        SmallModel trial = SmallModel.of("sums", model);
        for (boolean[][] pair : new boolean[][][] {
            {{true, true, false, false}, {false, true, true, false}},
            {{true, true, false, false}, {false, true, false, false}},
            {{false, false, true, false}, {false, true, true, true}},
            {{false, false, true, false}, {false, false, false, false}},
            {{true, true, false, false}, {false, true, true, false}}
        }) {
            trial.run(Map.of("x", x, "k", truths(pair[0]), "l", truths(pair[1])));
        }
        trial.agrees();
    }

    @Test
    void sizesThatNeverAgreeAreRefused() {
        OnnxBuilder model = new OnnxBuilder()
                .input("x", DType.F32, 4)
                .input("k", DType.BOOL, 4)
                .input("s", DType.F32, "m")
                .node("Compress", List.of("x", "k"), List.of("c"))
                .node("Add", List.of("c", "s"), List.of("y"))
                .output("y", DType.F32, "k");
        String message = SmallModel.refused(
                ModelException.Code.INVALID_INPUT,
                model,
                Map.of(
                        "x", SmallModel.floats(1, 2, 3, 4),
                        "k", truths(true, true, true, false),
                        "s", SmallModel.floats(1, 2)));
        assertTrue(message.contains("3") && message.contains("2"), message);
    }

    /** A loop whose carried value grows by one element of {@code x} each time, and is joined with {@code s}. */
    private static OnnxBuilder growing(String operator) {
        OnnxGraph body = new OnnxBuilder()
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .input("v", DType.F32, "d")
                .node("Identity", List.of("go"), List.of("on"))
                .node("Concat", List.of("v", "x"), List.of("w"), Map.of("axis", new OnnxAttribute.Int(0)))
                .node(operator, List.of("w", "s"), List.of("z"))
                .node("ReduceSum", List.of("z", "zero"), List.of("r"))
                .output("on")
                .output("w")
                .output("r")
                .graph();
        return new OnnxBuilder()
                .input("x", DType.F32, "n")
                .input("s", DType.F32, "m")
                .input("trips", DType.I64)
                .initializer("zero", SmallModel.longs(0))
                .initializer("true", truth(true))
                .node(
                        "Loop",
                        List.of("trips", "true", "x"),
                        List.of("last", "sums"),
                        Map.of("body", new OnnxAttribute.GraphValue(body)))
                .output("last", DType.F32, "l")
                .output("sums", DType.F32, "t", 1);
    }

    @Test
    void aBroadcastInALoopIsDecidedInEachIteration() {
        SmallModel.of("growing", growing("Mul"))
                .run(Map.of("x", SmallModel.floats(2), "s", SmallModel.floats(10), "trips", Tensor.of(new long[] {3})))
                .run(Map.of(
                        "x", SmallModel.floats(2), "s", SmallModel.floats(3, 4), "trips", Tensor.of(new long[] {1})))
                .run(Map.of(
                        "x", SmallModel.floats(2, 3), "s", SmallModel.floats(7), "trips", Tensor.of(new long[] {2})))
                .run(Map.of(
                        "x", SmallModel.floats(2, 3), "s", SmallModel.floats(7), "trips", Tensor.of(new long[] {0})))
                .agrees();
    }

    @Test
    void aBranchRestsOnSizesOnlyWhereItIsTaken() {
        OnnxGraph then = new OnnxBuilder()
                .node("Add", List.of("x", "s"), List.of("a"))
                .output("a")
                .graph();
        OnnxGraph otherwise = new OnnxBuilder()
                .node("Neg", List.of("x"), List.of("b"))
                .output("b")
                .graph();
        OnnxBuilder model = new OnnxBuilder()
                .input("c", DType.BOOL)
                .input("x", DType.F32, "n")
                .input("s", DType.F32, "m")
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        Map.of(
                                "then_branch", new OnnxAttribute.GraphValue(then),
                                "else_branch", new OnnxAttribute.GraphValue(otherwise)))
                .output("y", DType.F32, "k");
        SmallModel.of("branch", model)
                .run(Map.of("c", truth(true), "x", SmallModel.floats(1, 2), "s", SmallModel.floats(3, 4)))
                .run(Map.of("c", truth(true), "x", SmallModel.floats(1, 2), "s", SmallModel.floats(5)))
                .run(Map.of("c", truth(true), "x", SmallModel.floats(1), "s", SmallModel.floats(5, 6, 7)))
                .run(Map.of("c", truth(false), "x", SmallModel.floats(1, 2), "s", SmallModel.floats(5, 6, 7)))
                .agrees();
    }

    /** In a body, sizes found there by one node and given from outside. */
    @Test
    void aBodyFindsSizesOfItsOwn() {
        OnnxGraph then = new OnnxBuilder()
                .node("Compress", List.of("x", "k"), List.of("e"))
                .node("Add", List.of("e", "d"), List.of("a"))
                .output("a")
                .graph();
        OnnxGraph otherwise = new OnnxBuilder()
                .node("Neg", List.of("x"), List.of("b"))
                .output("b")
                .graph();
        OnnxBuilder model = new OnnxBuilder()
                .input("c", DType.BOOL)
                .input("x", DType.F32, 4)
                .input("k", DType.BOOL, 4)
                .input("l", DType.BOOL, 4)
                .node("Compress", List.of("x", "l"), List.of("d"))
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        Map.of(
                                "then_branch", new OnnxAttribute.GraphValue(then),
                                "else_branch", new OnnxAttribute.GraphValue(otherwise)))
                .output("y", DType.F32, "k");
        Tensor x = SmallModel.floats(1, -2, 3, 0.5f);
        SmallModel trial = SmallModel.of("body", model);
        for (boolean[][] pair : new boolean[][][] {
            {{true, true, false, false}, {false, true, true, false}},
            {{true, true, false, false}, {false, true, false, false}},
            {{false, false, true, false}, {false, true, true, true}},
            {{false, false, false, false}, {true, false, false, false}}
        }) {
            trial.run(Map.of("c", truth(true), "x", x, "k", truths(pair[0]), "l", truths(pair[1])));
        }
        trial.run(Map.of("c", truth(false), "x", x, "k", truths(true, true, true, true), "l", truths(new boolean[4])));
        trial.agrees();
    }

    private static Tensor truths(boolean... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor truth(boolean value) {
        return Tensor.of(new boolean[] {value});
    }
}
