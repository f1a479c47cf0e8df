package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An operator on 16-bit floats gives what ONNX Runtime gives on the same numbers in 32 bits, rounded once: sums do not
 * overflow on the way, and what ONNX calls one operation is not rounded between its parts.
 */
class NarrowFloatsTest {
    private static final long SEED = 20261125;

    /** How far apart two computations in f32 may be before the one rounding. */
    private static final double F32_SPREAD = 0x1p-17;

    /** The first version of ONNX's operators most of which have bfloat16. */
    private static final long NARROW_OPSET = 22;

    private static final long CELU_OPSET = 28;

    /** One that the peer has. */
    private static final long WIDE_OPSET = 21;

    private static final String MICROSOFT = "com.microsoft";

    /** Operands by their shapes, then what to do with them. */
    private record NarrowNode(
            String operator, String domain, long opset, Map<String, OnnxAttribute> attributes, long[]... shapes) {
        NarrowNode with(String attribute, OnnxAttribute value) {
            Map<String, OnnxAttribute> more = new TreeMap<>(attributes);
            more.put(attribute, value);
            return new NarrowNode(operator, domain, opset, more, shapes);
        }

        NarrowNode with(String attribute, long value) {
            return with(attribute, new OnnxAttribute.Int(value));
        }

        NarrowNode with(String attribute, Long... values) {
            return with(attribute, new OnnxAttribute.Ints(List.of(values)));
        }

        NarrowNode since(long version) {
            return new NarrowNode(operator, domain, version, attributes, shapes);
        }

        NarrowNode in(String other) {
            return new NarrowNode(operator, other, 1, attributes, shapes);
        }

        OperatorCase of(DType type, List<double[]> values) {
            List<Operand> operands = new ArrayList<>();
            for (int i = 0; i < shapes.length; i++) {
                operands.add(shapes[i] == null ? null : Operand.of(type, shapes[i], values.get(i)));
            }
            return new OperatorCase(
                    operator, domain, opset, attributes, operands, Set.of(), List.of(OperatorCase.RESULT), type);
        }

        @Override
        public String toString() {
            return operator + attributes;
        }
    }

    private static NarrowNode row(String operator, long[]... shapes) {
        return new NarrowNode(operator, "", NARROW_OPSET, Map.of(), shapes);
    }

    private static long[] shape(long... extents) {
        return extents;
    }

    static Stream<NarrowNode> rows() {
        long[] plain = {5, 9};
        long[] image = {1, 4, 7, 9};
        OnnxAttribute channels = new OnnxAttribute.Int(2);
        Stream<NarrowNode> activations = Stream.of(
                        "LeakyRelu",
                        "Elu",
                        "Celu",
                        "Selu",
                        "Shrink",
                        "HardSigmoid",
                        "HardSwish",
                        "Softplus",
                        "Softsign",
                        "Mish",
                        "Gelu",
                        "Sigmoid",
                        "Tanh",
                        "Erf")
                .map(name -> row(name, plain))
                .map(row -> row.operator().equals("Celu") ? row.since(CELU_OPSET) : row);
        Stream<NarrowNode> reductions = Stream.of(
                        "ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp")
                .map(name -> row(name, shape(3, 333)));
        Stream<NarrowNode> pools = Stream.of(
                row("GlobalAveragePool", image),
                row("GlobalLpPool", image),
                row("AveragePool", image).with("kernel_shape", 3L, 5L),
                row("LpPool", image).with("kernel_shape", 3L, 5L));
        Stream<NarrowNode> products = Stream.of(
                row("MatMul", shape(5, 70), shape(70, 6)),
                row("Gemm", shape(5, 70), shape(70, 6), shape(6))
                        .with("alpha", new OnnxAttribute.Float(0.3f))
                        .with("beta", new OnnxAttribute.Float(0.7f)),
                row("Gemm", shape(5, 70), shape(70, 6), shape(6)),
                row("Einsum", shape(3, 70), shape(70, 5), shape(5, 4))
                        .with("equation", new OnnxAttribute.EncodedText(OnnxAttribute.Bytes.of("ab,bc,cd->ad"))),
                row("Einsum", shape(3, 70))
                        .with("equation", new OnnxAttribute.EncodedText(OnnxAttribute.Bytes.of("ab->a"))),
                row("Conv", image, shape(6, 4, 3, 3), shape(6)),
                row("Conv", image, shape(6, 4, 1, 1), shape(6)),
                row("Conv", image, shape(8, 1, 3, 3), shape(8)).with("group", 4).with("pads", 1L, 1L, 1L, 1L),
                row("ConvTranspose", image, shape(4, 3, 3, 3), shape(3)),
                row("FusedMatMul", shape(5, 70), shape(70, 6))
                        .with("alpha", new OnnxAttribute.Float(0.3f))
                        .in(MICROSOFT));
        Stream<NarrowNode> normal = Stream.of(
                row("BatchNormalization", image, shape(4), shape(4), shape(4), shape(4)),
                row("InstanceNormalization", image, shape(4), shape(4)),
                row("GroupNormalization", image, shape(4), shape(4)).with("num_groups", channels),
                row("LayerNormalization", plain, shape(9), shape(9)),
                row("LayerNormalization", plain, shape(9), shape(9)).with("axis", 0),
                row("LpNormalization", plain),
                row("MeanVarianceNormalization", image),
                row("LRN", image).with("size", 3),
                row("Softmax", plain),
                row("LogSoftmax", plain),
                row("SkipLayerNormalization", shape(1, 5, 8), shape(1, 5, 8), shape(8), shape(8), shape(8))
                        .in(MICROSOFT));
        Stream<NarrowNode> others = Stream.of(
                row("Sum", plain, plain, plain, plain),
                row("Mean", plain, plain, plain),
                row("Pow", plain, shape(1)),
                row("PRelu", plain, plain),
                row("BiasGelu", plain, shape(9)).in(MICROSOFT),
                row("FastGelu", plain, shape(9)).in(MICROSOFT),
                row("QuickGelu", plain).in(MICROSOFT),
                row("RNN", shape(4, 2, 5), shape(1, 6, 5), shape(1, 6, 6)).with("hidden_size", 6),
                row("GRU", shape(4, 2, 5), shape(1, 18, 5), shape(1, 18, 6)).with("hidden_size", 6),
                row("LSTM", shape(4, 2, 5), shape(1, 24, 5), shape(1, 24, 6)).with("hidden_size", 6));
        return Stream.of(activations, reductions, pools, products, normal, others)
                .flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void roundOnce(NarrowNode row) throws Exception {
        Random random = new Random(SEED);
        for (DType type : types(row)) {
            DoubleSupplier number = () -> Narrow.round(
                    type, positive(row.operator()) ? 0.5 + random.nextDouble() : random.nextGaussian() * 2);
            List<double[]> values = Arrays.stream(row.shapes())
                    .map(shape -> Stream.generate(number::getAsDouble)
                            .limit(Tensor.count(shape))
                            .mapToDouble(Double::doubleValue)
                            .toArray())
                    .toList();
            compare(row, type, values);
        }
    }

    /** The 16-bit floats that ONNX has the operator on. */
    private static List<DType> types(NarrowNode row) {
        return Set.of("Shrink", "Einsum").contains(row.operator())
                ? List.of(DType.F16)
                : List.of(DType.F16, DType.BF16);
    }

    /** Whether the operator takes roots of what it is given. */
    private static boolean positive(String operator) {
        return operator.equals("BatchNormalization") || operator.equals("Pow");
    }

    static Stream<NarrowNode> sums() {
        long[] image = {1, 1, 32, 32};
        return Stream.of(
                row("GlobalAveragePool", image),
                row("GlobalLpPool", image),
                row("AveragePool", image).with("kernel_shape", 32L, 32L),
                row("ReduceMean", shape(1024)),
                row("ReduceL2", shape(1024)),
                row("LayerNormalization", shape(1, 1024), shape(1024)),
                row("LpNormalization", shape(1, 1024)),
                row("Mean", image, image, image));
    }

    /** Sums that 16 bits do not hold, or hold no better than to a hundred, of results that they do. */
    @ParameterizedTest
    @MethodSource("sums")
    void doNotOverflowOnTheWay(NarrowNode row) throws Exception {
        for (DType type : types(row)) {
            double number = row.operator().equals("Mean") ? 60000 : 100;
            List<double[]> values = new ArrayList<>();
            for (long[] shape : row.shapes()) {
                double[] same = new double[(int) Tensor.count(shape)];
                Arrays.fill(same, Narrow.round(type, number));
                values.add(same);
            }
            compare(row, type, values);
        }
    }

    private static void compare(NarrowNode row, DType type, List<double[]> values) throws Exception {
        OperatorCase wide = (row.domain().isEmpty() ? row.since(WIDE_OPSET) : row).of(DType.F32, values);
        OperatorCase narrow = row.of(type, values);
        float[] expected;
        try (PeerModel peer = new PeerModel(wide.ofInputs(), OptLevel.NO_OPT)) {
            expected = peer.run(wide.inputs()).get("y").toFloatArray();
        }
        for (QuernPath engine : QuernPath.values()) {
            check(
                    engine + " " + type,
                    type,
                    expected,
                    engine.run(narrow.ofInputs(), narrow.inputs()).get("y"));
            check(
                    engine + " constant " + type,
                    type,
                    expected,
                    engine.run(narrow.ofConstants(), Map.of()).get("y"));
        }
    }

    /** Each element lies between the roundings of what is a little less and a little more than expected. */
    private static void check(String where, DType type, float[] expected, Tensor found) {
        assertEquals(type, found.dtype());
        double[] numbers = Narrow.numbers(found);
        assertEquals(expected.length, numbers.length, where);
        double greatest = 0;
        for (float number : expected) {
            greatest = Math.max(greatest, Math.abs(number));
        }
        for (int i = 0; i < numbers.length; i++) {
            double spread = F32_SPREAD * (Math.abs(expected[i]) + 0x1p-3 * greatest);
            double least = Narrow.round(type, expected[i] - spread);
            double most = Narrow.round(type, expected[i] + spread);
            assertTrue(
                    least <= numbers[i] && numbers[i] <= most,
                    where + ", element " + i + ": expected " + least + " to " + most + ", found " + numbers[i]);
        }
    }
}
