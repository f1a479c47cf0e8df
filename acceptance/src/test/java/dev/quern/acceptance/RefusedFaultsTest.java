package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Small models that once ended in raw errors, in no memory, or never, each by the name it was known by, and relatives of each: they
 * are refused with one exception. {@code HugeModelsTest} tries such in a small heap too.
 */
class RefusedFaultsTest {
    private static final Tensor THREE = Fault.floats(1, 2, 3);

    private static Fault fault(String name) {
        return new Fault(name);
    }

    private static Fault filled(String name, long elements, Tensor value) {
        return fault(name)
                .constant("s", Fault.longs(elements))
                .with(model -> model.node(
                        "ConstantOfShape", List.of("s"), List.of("c"), Map.of("value", OnnxAttribute.of(value))));
    }

    @TestFactory
    Stream<DynamicTest> foldingHasItsLimits() {
        Tensor real = Tensor.of(new double[] {1}, 1);
        return Stream.of(
                filled("fold_f64", Integer.MAX_VALUE, real)
                        .nodes("y = ReduceSum(c) keepdims=0")
                        .answers(Tensor.of(new double[] {Integer.MAX_VALUE})),
                filled("fold_f32", 1 << 30, Tensor.of(new float[] {1}, 1))
                        .nodes("y = ReduceSum(c) keepdims=0")
                        .answers(Tensor.of(new float[] {1 << 30})),
                filled("fold_f32, the greatest of products", 1 << 30, Tensor.of(new float[] {3}, 1))
                        .nodes("m = Mul(c, c)", "y = ReduceMax(m) keepdims=0")
                        .answers(Tensor.of(new float[] {9})),
                filled("fold_f64, tiled", 1 << 20, real)
                        .constant("r", Fault.longs(1 << 20))
                        .nodes("y = Tile(c, r)")
                        .refused(Code.LIMIT, "" + (1L << 40)),
                filled("fold_f64, i64", 1L << 40, Fault.longs(7))
                        .nodes("y = Neg(c)")
                        .refused(Code.LIMIT, "" + (1L << 40)));
    }

    @TestFactory
    Stream<DynamicTest> vastWindowsAreRefused() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String operator : new String[] {"MaxPool", "AveragePool", "LpPool"}) {
            tests.add(fault(operator.equals("MaxPool") ? "pool_huge" : "pool_huge, " + operator)
                    .constant("x", Tensor.of(new float[1], 1, 1, 1, 1))
                    .nodes("y = " + operator
                            + "(x) kernel_shape=[2000000000,2000000000]"
                            + " pads=[1000000000,1000000000,1000000000,1000000000]")
                    .refused(Code.LIMIT, ""));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> productsOfSizesHaveTheirLimits() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String operator : new String[] {"Mul", "Add"}) {
            Fault sizes = fault(operator.equals("Mul") ? "dims" : "dims, " + operator)
                    .dynamic("x", Tensor.of(new float[1], 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
                    .constant("o", Fault.floats(0))
                    .nodes("s = Shape(x)", "t0 = ReduceSum(s) keepdims=1");
            for (int at = 0; at < 4; at++) {
                sizes.nodes("t" + (at + 1) + " = " + operator + "(t" + at + ", t" + at + ")");
            }
            sizes.nodes("y = Expand(o, t4)");
            tests.add(
                    operator.equals("Mul")
                            ? sizes.refused(Code.LIMIT, "")
                            : sizes.gives(Tensor.of(new float[12 * 16], 12 * 16)));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> operandsThatDoNotFitAreRefused() {
        return Stream.of(
                fault("expand_neg")
                        .input("x", THREE)
                        .constant("s", Fault.longs(-1))
                        .nodes("y = Expand(x, s)")
                        .refused(Code.INVALID_MODEL, "-1"),
                fault("expand_neg, given at run time")
                        .input("x", THREE)
                        .input("s", Fault.longs(-1))
                        .nodes("y = Expand(x, s)")
                        .refused(Code.INVALID_INPUT, "-1"),
                fault("tile_neg")
                        .input("x", THREE)
                        .constant("s", Fault.longs(-2))
                        .nodes("y = Tile(x, s)")
                        .refused(Code.INVALID_MODEL, "-2"),
                fault("tile_neg, given at run time")
                        .input("x", THREE)
                        .input("s", Fault.longs(-2))
                        .nodes("y = Tile(x, s)")
                        .refused(Code.INVALID_INPUT, "-2"),
                fault("onehot_scalar")
                        .input("x", Fault.longs(1, 2, 3))
                        .constant("d", Tensor.of(new long[] {5}))
                        .constant("v", Tensor.of(new float[] {1}))
                        .nodes("y = OneHot(x, d, v)")
                        .refused(Code.INVALID_MODEL, "rank"),
                fault("onehot_scalar, three values")
                        .input("x", Fault.longs(1, 2, 3))
                        .constant("d", Tensor.of(new long[] {5}))
                        .constant("v", THREE)
                        .nodes("y = OneHot(x, d, v)")
                        .refused(Code.INVALID_MODEL, "2"),
                fault("lppool1")
                        .input("x", THREE)
                        .nodes("y = LpPool(x) kernel_shape=[1]")
                        .refused(Code.INVALID_MODEL, ""),
                fault("lppool1, MaxPool")
                        .input("x", THREE)
                        .nodes("y = MaxPool(x) kernel_shape=[1]")
                        .refused(Code.INVALID_MODEL, ""));
    }

    @TestFactory
    Stream<DynamicTest> resultsHaveTheirLimits() {
        Options little = Options.builder().maxMemory(1 << 20).build();
        Fault expand = fault("expand_run")
                .input("x", Fault.floats(1))
                .input("s", Fault.longs(1))
                .nodes("y = Expand(x, s)");
        Fault tile = fault("expand_run, Tile")
                .input("x", Fault.floats(1))
                .input("s", Fault.longs(1))
                .nodes("y = Tile(x, s)");
        Fault fill = fault("expand_run, ConstantOfShape")
                .input("x", Fault.floats(1))
                .input("s", Fault.longs(1))
                .nodes("y = ConstantOfShape(s)");
        return Stream.of(expand, tile, fill).map(fault -> {
            byte[] model = fault.model().output("y").build();
            return fault.test(() -> {
                try (Model loaded = Model.load(model, little)) {
                    ModelException refused = assertThrows(
                            ModelException.class,
                            () -> loaded.run(Map.of("x", Fault.floats(1), "s", Fault.longs(2_000_000_000))));
                    assertEquals(Code.LIMIT, refused.code(), refused.getMessage());
                    assertEquals(
                            1_000,
                            loaded.run(Map.of("x", Fault.floats(1), "s", Fault.longs(1_000)))
                                    .get("y")
                                    .elements());
                }
            });
        });
    }

    @TestFactory
    Stream<DynamicTest> loopsHaveTheirLimits() {
        Options few = Options.builder().maxIterations(1_000).build();
        Options soon = Options.builder()
                .maxIterations(Long.MAX_VALUE)
                .timeLimit(Duration.ofMillis(300))
                .build();
        return Stream.of(
                endless("loop_forever", few, "Identity"),
                endless("loop_forever, a deadline", soon, "Identity"),
                endless("loop_forever, that computes", few, "Neg"));
    }

    private static DynamicTest endless(String name, Options options, String operator) {
        OnnxGraph body = new OnnxBuilder()
                .input("i", DType.I64)
                .input("c", DType.BOOL)
                .input("a", DType.F32, 4)
                .node("Identity", List.of("c"), List.of("co"))
                .node(operator, List.of("a"), List.of("ao"))
                .output("co", DType.BOOL)
                .output("ao", DType.F32, 4)
                .graph();
        Fault loop = fault(name)
                .input("x", Tensor.of(new float[4], 4))
                .with(model -> model.node(
                                "Loop", List.of("", "", "x"), List.of("y"), Map.of("body", OnnxAttribute.of(body)))
                        .output("y", DType.F32, 4));
        return loop.test(() -> {
            try (Model model = Model.load(loop.model().build(), options)) {
                RuntimeException ended =
                        assertThrows(RuntimeException.class, () -> model.run(Map.of("x", Tensor.of(new float[4], 4))));
                assertEquals(
                        Code.LIMIT,
                        assertInstanceOf(ModelException.class, ended).code());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> circlesAreRefused() {
        return Stream.of(
                fault("unsorted_nodes, in a circle")
                        .input("x", THREE)
                        .nodes("a = Add(x, b)", "b = Neg(a)", "y = Neg(b)")
                        .refused(Code.INVALID_MODEL, "Add"),
                fault("unsorted_nodes, of itself")
                        .input("x", THREE)
                        .nodes("y = Add(x, y)")
                        .refused(Code.INVALID_MODEL, "Add"));
    }
}
