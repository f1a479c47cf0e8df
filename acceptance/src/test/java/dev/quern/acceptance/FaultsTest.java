package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Small models that once gave wrong answers, each by the name it was known by, and relatives of each. */
class FaultsTest {
    private static Fault fault(String name) {
        return new Fault(name);
    }

    private static Tensor ramp(long... shape) {
        return Fault.ramp(DType.F32, shape);
    }

    @TestFactory
    Stream<DynamicTest> anEpilogueReadsWhereItsAnchorWrites() {
        return Stream.of(
                fault("sym")
                        .input("a", ramp(4, 4))
                        .input("b", ramp(4, 4))
                        .nodes("m = MatMul(a, b)", "t = Transpose(m) perm=[1,0]", "y = Add(m, t)")
                        .agrees(),
                fault("sym, batched")
                        .input("a", ramp(3, 4, 4))
                        .input("b", ramp(3, 4, 4))
                        .nodes("m = MatMul(a, b)", "t = Transpose(m) perm=[0,2,1]", "y = Sub(t, m)")
                        .agrees(),
                fault("sym, of a softmax")
                        .dynamic("a", ramp(5, 5))
                        .nodes("m = Softmax(a) axis=1", "t = Transpose(m) perm=[1,0]", "y = Mul(m, t)")
                        .agrees(),
                fault("sym, a slice of itself")
                        .input("a", ramp(4, 6))
                        .input("b", ramp(6, 3))
                        .constant("from", Fault.longs(-1))
                        .constant("to", Fault.longs(Long.MIN_VALUE))
                        .constant("axis", Fault.longs(0))
                        .constant("step", Fault.longs(-1))
                        .nodes("m = MatMul(a, b)", "r = Slice(m, from, to, axis, step)", "y = Add(m, r)")
                        .agrees());
    }

    @TestFactory
    Stream<DynamicTest> workInPlaceSparesWhatIsReadYet() {
        return Stream.of(
                fault("alias")
                        .input("a", ramp(1, 8))
                        .input("b", ramp(7, 8))
                        .constant("w", ramp(8, 8))
                        .nodes(
                                "c = Relu(a)",
                                "r = Relu(b)",
                                "h = Concat(c, r) axis=0",
                                "d = Sub(h, c)",
                                "y = MatMul(d, w)")
                        .agrees(),
                fault("alias, the last part, f64")
                        .input("a", Fault.ramp(DType.F64, 1, 8))
                        .input("b", Fault.ramp(DType.F64, 7, 8))
                        .constant("w", Fault.ramp(DType.F64, 8, 8))
                        .nodes(
                                "c = Relu(a)",
                                "r = Relu(b)",
                                "h = Concat(r, c) axis=0",
                                "d = Mul(h, c)",
                                "y = MatMul(d, w)")
                        .agrees(),
                fault("alias, any number of rows")
                        .dynamic("a", ramp(1, 8))
                        .dynamic("b", ramp(7, 8))
                        .constant("w", ramp(8, 8))
                        .nodes(
                                "c = Neg(a)",
                                "r = Neg(b)",
                                "h = Concat(c, r) axis=0",
                                "d = Max(h, c)",
                                "y = MatMul(d, w)")
                        .agrees());
    }

    @TestFactory
    Stream<DynamicTest> aNormalisationIsAlongItsMeans() {
        Tensor epsilon = Tensor.of(new float[] {1e-5f});
        String[] rows = {"d = Sub(x, m)", "q = Mul(d, d)"};
        return Stream.of(
                fault("colnorm")
                        .input("x", ramp(4, 4))
                        .constant("e", epsilon)
                        .nodes("m = ReduceMean(x) axes=[1] keepdims=0")
                        .nodes(rows)
                        .nodes("v = ReduceMean(q) axes=[1] keepdims=0", "w = Add(v, e)", "s = Sqrt(w)", "y = Div(d, s)")
                        .agrees(),
                fault("colnorm, mean kept and variance not")
                        .dynamic("x", ramp(3, 3))
                        .constant("e", epsilon)
                        .nodes("m = ReduceMean(x) axes=[1] keepdims=1")
                        .nodes(rows)
                        .nodes("v = ReduceMean(q) axes=[1] keepdims=0", "w = Add(v, e)", "s = Sqrt(w)", "y = Div(d, s)")
                        .agrees(),
                fault("colnorm, of a cube")
                        .input("x", ramp(2, 4, 4))
                        .constant("e", epsilon)
                        .nodes("m = ReduceMean(x) axes=[2] keepdims=1")
                        .nodes(rows)
                        .nodes("v = ReduceMean(q) axes=[1] keepdims=1", "w = Add(v, e)", "s = Sqrt(w)", "y = Div(d, s)")
                        .agrees());
    }

    @TestFactory
    Stream<DynamicTest> nanIsTheGreatestAndTheLeast() {
        Tensor numbers = Fault.floats(1, Float.NaN, 3);
        Tensor one = Tensor.of(new long[] {1});
        return Stream.of(
                fault("argmax")
                        .input("x", numbers)
                        .nodes("y = ArgMax(x) axis=0 keepdims=0")
                        .gives(one),
                fault("argmax, the least")
                        .dynamic("x", numbers)
                        .nodes("y = ArgMin(x) axis=0 keepdims=0")
                        .gives(one),
                fault("argmax, a constant, f64")
                        .constant("x", Tensor.of(new double[] {1, Double.NaN, 3}, 3))
                        .nodes("y = ArgMax(x) axis=0 keepdims=0")
                        .gives(one),
                fault("argmax, of columns")
                        .input("x", Tensor.of(new float[] {1, Float.NaN, 3, 4, 9, 0}, 3, 2))
                        .nodes("y = ArgMax(x) axis=0 keepdims=0")
                        .gives(Fault.longs(2, 0)));
    }

    @TestFactory
    Stream<DynamicTest> paddingWiderThanTheAxisRepeats() {
        Tensor numbers = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor pads = Fault.longs(0, 3, 0, 3);
        Tensor mirrored = Tensor.of(new float[] {2, 1, 2, 1, 2, 1, 2, 1, 4, 3, 4, 3, 4, 3, 4, 3}, 2, 8);
        return Stream.of(
                fault("reflect")
                        .opset(18)
                        .input("x", numbers, 2, "n")
                        .constant("p", pads)
                        .nodes("y = Pad(x, p) mode=reflect")
                        .givesUnlikePeer(mirrored),
                fault("reflect, pads given at run time")
                        .opset(18)
                        .input("x", numbers)
                        .input("p", pads)
                        .nodes("y = Pad(x, p) mode=reflect")
                        .givesUnlikePeer(mirrored),
                fault("reflect, i32")
                        .opset(18)
                        .dynamic("x", Tensor.of(new int[] {1, 2, 3}, 3))
                        .constant("p", Fault.longs(5, 4))
                        .nodes("y = Pad(x, p) mode=reflect")
                        .givesUnlikePeer(Tensor.of(new int[] {2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3}, 12)),
                fault("reflect, wrapped")
                        .opset(19)
                        .dynamic("x", Tensor.of(new int[] {1, 2, 3}, 3))
                        .constant("p", Fault.longs(4, 4))
                        .nodes("y = Pad(x, p) mode=wrap")
                        .givesUnlikePeer(Tensor.of(new int[] {3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, 11)));
    }

    private static Tensor narrow(DType type, double value, long... shape) {
        double[] values = new double[Math.toIntExact(Tensor.count(shape))];
        java.util.Arrays.fill(values, value);
        return Operand.of(type, shape, values).given();
    }

    @TestFactory
    Stream<DynamicTest> sumsOfNarrowFloatsAreWide() {
        return Stream.of(
                fault("gap_f16")
                        .input("x", narrow(DType.F16, 100, 1, 1, 32, 32))
                        .nodes("y = GlobalAveragePool(x)")
                        .gives(narrow(DType.F16, 100, 1, 1, 1, 1)),
                fault("gap_f16, any size")
                        .dynamic("x", narrow(DType.F16, 100, 1, 2, 32, 40))
                        .nodes("y = GlobalAveragePool(x)")
                        .gives(narrow(DType.F16, 100, 1, 2, 1, 1)),
                fault("gap_f16, a mean")
                        .input("x", narrow(DType.F16, 100, 4, 1024))
                        .nodes("y = ReduceMean(x) axes=[1] keepdims=0")
                        .gives(narrow(DType.F16, 100, 4)),
                fault("gap_f16, of bf16")
                        .input("x", narrow(DType.BF16, 100, 1, 1024))
                        .nodes("y = ReduceMean(x) axes=[1] keepdims=0")
                        .givesAlone(narrow(DType.BF16, 100, 1)),
                fault("gap_f16, windows")
                        .input("x", narrow(DType.F16, 100, 1, 1, 32, 32))
                        .nodes("y = AveragePool(x) kernel_shape=[32,32]")
                        .gives(narrow(DType.F16, 100, 1, 1, 1, 1)));
    }

    @TestFactory
    Stream<DynamicTest> shiftsPastTheWidthLeaveNothing() {
        return Stream.of(
                fault("bitshift_past_width")
                        .opset(11)
                        .input("x", Fault.bytes(16, 4, 255))
                        .input("s", Fault.bytes(1, 9, 8))
                        .nodes("y = BitShift(x, s) direction=LEFT")
                        .gives(Fault.bytes(32, 0, 0)),
                fault("bitshift_past_width, by a constant")
                        .dynamic("x", Fault.bytes(16, 4, 255))
                        .constant("s", Fault.bytes(1, 9, 8))
                        .nodes("y = BitShift(x, s) direction=RIGHT")
                        .gives(Fault.bytes(8, 0, 0)),
                fault("bitshift_past_width, all constant")
                        .constant("x", Fault.bytes(16, 4, 255))
                        .constant("s", Fault.bytes(2, 255, 7))
                        .nodes("y = BitShift(x, s) direction=LEFT")
                        .gives(Fault.bytes(64, 0, 128)));
    }

    @TestFactory
    Stream<DynamicTest> integersAreInterpolated() {
        Tensor scales = Tensor.of(new float[] {1, 1, 1, 2}, 4);
        Tensor pixels = Fault.bytes(10, 20, 40).reshape(1, 1, 1, 3);
        Tensor wide = Fault.bytes(10, 12, 17, 25, 35, 40).reshape(1, 1, 1, 6);
        return Stream.of(
                fault("resize_linear_u8")
                        .opset(13)
                        .input("x", pixels)
                        .constant("s", scales)
                        .nodes("y = Resize(x, , s) mode=linear")
                        .gives(wide),
                fault("resize_linear_u8, scales given at run time")
                        .opset(13)
                        .input("x", pixels)
                        .input("s", scales)
                        .nodes("y = Resize(x, , s) mode=linear")
                        .gives(wide),
                fault("resize_linear_u8, i32 of any size")
                        .opset(13)
                        .dynamic("x", Tensor.of(new int[] {-10, 20, 40}, 1, 1, 1, 3))
                        .constant("s", scales)
                        .nodes("y = Resize(x, , s) mode=linear")
                        .gives(Tensor.of(new int[] {-10, -2, 12, 25, 35, 40}, 1, 1, 1, 6)));
    }

    @TestFactory
    Stream<DynamicTest> reductionsThatNeedRealsTakeIntegers() {
        return Stream.of(
                fault("reducel2_i32_dyn")
                        .opset(13)
                        .input("x", Tensor.of(new int[] {3, 4}, 1, 2), "n", 2)
                        .nodes("y = ReduceL2(x) axes=[1] keepdims=0")
                        .gives(Tensor.of(new int[] {5}, 1)),
                fault("reducel2_i32_dyn, the logarithm of a sum")
                        .opset(13)
                        .dynamic("x", Tensor.of(new int[] {3, 5}, 1, 2))
                        .nodes("y = ReduceLogSum(x) axes=[1] keepdims=0")
                        .gives(Tensor.of(new int[] {2}, 1)),
                fault("reducel2_i32_dyn, u32")
                        .opset(13)
                        .dynamic(
                                "x",
                                Operand.of(DType.I64, new long[] {2, 1}, 6, 8).given())
                        .nodes("u = Cast(x) to=12", "r = ReduceL2(u) axes=[0] keepdims=0", "y = Cast(r) to=7")
                        .givesAlone(Fault.longs(10)));
    }

    @TestFactory
    Stream<DynamicTest> squeezeWithoutAxesLooksAtTheSizes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (DType type : new DType[] {DType.F32, DType.I64}) {
            for (long rows : new long[] {1, 2, 0}) {
                Tensor given = Fault.ramp(type, rows, 3, 1);
                tests.add(fault((type == DType.F32 && rows == 1 ? "squeeze_noaxes_dyn" : "squeeze_noaxes_dyn, ")
                                + (type == DType.F32 && rows == 1 ? "" : rows + " rows of " + type))
                        .opset(13)
                        .input("x", given, "n", 3, 1)
                        .nodes("y = Squeeze(x)")
                        .gives(rows == 1 ? given.reshape(3) : given.reshape(rows, 3)));
            }
        }
        tests.add(fault("squeeze_noaxes_dyn, first one row and then two").test(() -> {
            Fault squeeze = fault("").opset(13).dynamic("x", ramp(1, 3, 1)).nodes("y = Squeeze(x)");
            try (Model model = Model.load(squeeze.model().output("y").build(), Options.defaults())) {
                for (long rows : new long[] {1, 2, 1, 5}) {
                    Tensor found = model.run(Map.of("x", ramp(rows, 3, 1))).get("y");
                    assertArrayEquals(rows == 1 ? new long[] {3} : new long[] {rows, 3}, found.shape());
                }
            }
        }));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> nothingIsMovedAbout() {
        return Stream.of(
                fault("zero_static_inner")
                        .opset(13)
                        .input("x", ramp(0, 2))
                        .nodes("t = Transpose(x) perm=[1,0]", "y = Relu(t)")
                        .gives(ramp(2, 0)),
                fault("zero_static_inner, of any size")
                        .dynamic("x", Fault.ramp(DType.I64, 3, 0, 2))
                        .nodes("t = Transpose(x) perm=[2,0,1]", "y = Abs(t)")
                        .gives(Fault.ramp(DType.I64, 2, 3, 0)),
                fault("zero_static_inner, in the middle and summed")
                        .input("x", ramp(2, 0, 3))
                        .constant("a", Fault.longs(1))
                        .nodes("t = Transpose(x) perm=[2,1,0]", "y = ReduceSum(t, a) keepdims=0")
                        .gives(Tensor.of(new float[6], 3, 2)));
    }

    @TestFactory
    Stream<DynamicTest> aVastEndMeansTheEnd() {
        return Stream.of(
                sliced("slice_1e9", 0, 1_000_000_000),
                sliced("slice_1e9, backwards from it", 1_000_000_000, -1_000_000_000),
                sliced("slice_1e9, of 16 bits", -65_536, 65_536));
    }

    private static DynamicTest sliced(String name, long start, long end) {
        boolean back = start > end;
        Fault slice = fault(name)
                .opset(15)
                .dynamic("x", ramp(2, 3))
                .constant("s", Fault.longs(start))
                .constant("e", Fault.longs(end))
                .constant("a", Fault.longs(0))
                .constant("t", Fault.longs(back ? -1 : 1))
                .nodes("y = Slice(x, s, e, a, t)");
        return slice.test(() -> {
            byte[] model = slice.model().output("y").build();
            try (CompiledModel compiled = ModelCompiler.of(Options.defaults()).compile(model)) {
                for (int rows : new int[] {1, 4, 0, 1_000}) {
                    float[] expected = new float[3 * rows];
                    float[] given = ramp(rows, 3).toFloatArray();
                    for (int row = 0; row < rows; row++) {
                        System.arraycopy(given, 3 * (back ? rows - 1 - row : row), expected, 3 * row, 3);
                    }
                    Tensor found = compiled.run(Map.of("x", ramp(rows, 3))).get("y");
                    assertArrayEquals(expected, found.toFloatArray());
                }
                assertEquals(1, compiled.compilations());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> oneInputGivesTheSameBitsEachTime() {
        return Stream.of(
                repeated("det_softmax", "y = Softmax(x) axis=-1"),
                repeated("det_softmax, its logarithm", "y = LogSoftmax(x) axis=-1"),
                repeated("det_softmax, sums", "y = ReduceL2(x) axes=[1] keepdims=0"));
    }

    private static DynamicTest repeated(String name, String node) {
        float[] values = new float[64 * 384];
        java.util.Random random = new java.util.Random(11);
        for (int at = 0; at < values.length; at++) {
            values[at] = (float) random.nextGaussian();
        }
        Tensor numbers = Tensor.of(values, 64, 384);
        Fault fault = fault(name).input("x", numbers).nodes(node);
        return fault.test(() -> {
            byte[] bytes = fault.model().output("y").build();
            Map<Integer, byte[]> first = new HashMap<>();
            for (int threads : new int[] {1, 2}) {
                Options options = Options.builder().threads(threads).build();
                try (Model model = Model.load(bytes, options)) {
                    for (int run = 0; run < 400; run++) {
                        byte[] found = model.run(Map.of("x", numbers)).get("y").toByteArray();
                        assertArrayEquals(first.computeIfAbsent(0, none -> found), found, "run " + run);
                    }
                }
            }
        });
    }
}
