package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.testing.Tolerance;
import dev.quern.onnx.proto.DataTypes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Resize of every element type by every mode: of constants, of inputs whose sizes are stated and of inputs of any size, to sizes
 * that are constants and that are given at run time. All give the same bits, and where ONNX Runtime runs it, its bits if the
 * elements are integers, and as many roundings of f32 as its coefficients take if they are not.
 */
class ResizeSemanticsTest {
    /** How the operands of a model are known. */
    private enum OperandForm {
        STATED,
        ANY_SIZE,
        GIVEN_SIZES,
        ALL_GIVEN
    }

    /** A rule, as attributes. */
    private record ResizeAttributes(DType type, String attributes) {
        boolean filters() {
            return attributes.contains("antialias");
        }

        /**
         * What weights, products and sums along two axes may come to in {@code arithmetic}, in which {@code greatest} is the greatest number.
         *
         * <p>Two weights of a linear filter round once, and so do their products and sums. Of Keys' cubic filter with a = -0.75, by Horner's
         * rule, the outer weights round by 38 units at most (numbers of up to 4.5, twice multiplied by up to 2), the inner ones by 9; what they come to along the
         * first axis counts at most 1.375 times along the second, the sum of the weights' magnitudes. Antialiased, each of the filter's weights is that of an outer one at most, over their sum.
         */
        double allowed(DType arithmetic, double greatest) {
            boolean linear = attributes.startsWith("mode=linear");
            int weights = linear ? 2 : filters() ? 4 * 38 + 4 : 2 * (38 + 9);
            int axis = weights + (linear ? 4 : 10) + (filters() ? 4 : 0);
            return Tolerance.rounding(arithmetic, (long) Math.ceil(axis * (1 + (linear ? 1 : 1.375))), greatest);
        }
    }

    static Stream<ResizeAttributes> rules() {
        List<String> coordinates =
                List.of("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric");
        List<ResizeAttributes> rules = new ArrayList<>();
        for (DType type : new DType[] {DType.U8, DType.I8, DType.I32, DType.F32}) {
            for (String coordinate : coordinates) {
                String at = "coordinate_transformation_mode=" + coordinate;
                rules.add(new ResizeAttributes(type, "mode=linear " + at));
                rules.add(new ResizeAttributes(type, "mode=cubic " + at));
                rules.add(new ResizeAttributes(type, "mode=nearest nearest_mode=round_prefer_ceil " + at));
                rules.add(new ResizeAttributes(type, "mode=nearest nearest_mode=round_prefer_floor " + at));
            }
            rules.add(new ResizeAttributes(
                    type, "mode=nearest nearest_mode=floor coordinate_transformation_mode=tf_half_pixel_for_nn"));
            rules.add(new ResizeAttributes(
                    type, "mode=nearest nearest_mode=ceil coordinate_transformation_mode=asymmetric"));
            rules.add(new ResizeAttributes(type, "mode=cubic exclude_outside=1 cubic_coeff_a=-0.5"));
            rules.add(new ResizeAttributes(type, "mode=linear antialias=1"));
            rules.add(new ResizeAttributes(type, "mode=cubic antialias=1"));
        }
        for (DType type : new DType[] {DType.I16, DType.U16, DType.I64, DType.U32, DType.F64, DType.F16}) {
            rules.add(new ResizeAttributes(type, "mode=linear"));
            rules.add(new ResizeAttributes(type, "mode=cubic"));
            rules.add(new ResizeAttributes(type, "mode=nearest"));
        }
        return rules.stream();
    }

    private static Tensor image(DType type, SplittableRandom random, long... shape) {
        int count = Math.toIntExact(Tensor.count(shape));
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = type == DType.I8 ? random.nextInt(-128, 128) : random.nextInt(0, 256);
        }
        return Operand.of(type, shape, values).given();
    }

    /** Elements that no filter brings out of the range of their type: ONNX Runtime cuts off what leaves it between the axes. */
    private static Tensor calm(DType type, SplittableRandom random, long... shape) {
        int least = type == DType.I8 ? 32 : 64;
        long[] values = random.longs(Tensor.count(shape), least, 3 * least).toArray();
        return Operand.of(type, shape, values).given();
    }

    private static Fault model(ResizeAttributes rule, OperandForm form, Tensor x, Tensor scales, Tensor sizes) {
        Fault fault = new Fault(rule + " " + form).opset(19);
        switch (form) {
            case STATED, GIVEN_SIZES -> fault.input("x", x);
            case ANY_SIZE, ALL_GIVEN -> fault.dynamic("x", x);
        }
        String to = scales == null ? "z" : "s";
        Tensor given = scales == null ? sizes : scales;
        if (form == OperandForm.STATED || form == OperandForm.ANY_SIZE) {
            fault.constant(to, given);
        } else {
            fault.input(to, given);
        }
        String from = x.dtype() == rule.type ? "x" : "c";
        if (from.equals("c")) {
            fault.nodes("c = Cast(x) to=" + DataTypes.number(rule.type));
        }
        String result = from.equals("c") ? "r" : "y";
        fault.nodes(result + " = Resize(" + from + (to.equals("s") ? ", , s) " : ", , , z) ") + rule.attributes);
        if (from.equals("c")) {
            fault.nodes("y = Cast(r) to=" + DataTypes.number(x.dtype()));
        }
        return fault;
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyFormGivesTheSame(ResizeAttributes rule) throws OrtException {
        SplittableRandom random = new SplittableRandom(rule.hashCode());
        Tensor x = image(rule.type, random, 1, 2, 5, 6);
        Tensor[] scales = {
            Tensor.of(new float[] {1, 1, 2, 2}, 4),
            Tensor.of(new float[] {1, 1, 0.6f, 1.3f}, 4),
            Tensor.of(new float[] {1, 1, 3.1f, 0.4f}, 4)
        };
        Tensor[] sizes = {Fault.longs(1, 2, 9, 4), Fault.longs(1, 2, 1, 7)};
        for (Tensor scale : scales) {
            compare(rule, x, scale, null);
        }
        for (Tensor size : sizes) {
            compare(rule, x, null, size);
            if (rule.filters() && rule.type.isInteger()) {
                filtered(rule, calm(rule.type, random, 1, 2, 5, 6), size);
            }
        }
    }

    /**
     * ONNX Runtime rounds antialiased integers after each axis. What that moves, at most 1/2, counts at most one and a half times along the
     * next axis, since the magnitudes of a filter's weights add up to less, and the results of both are rounded: they are whole numbers less than 2 apart.
     */
    private static void filtered(ResizeAttributes rule, Tensor x, Tensor sizes) throws OrtException {
        byte[] stated = model(rule, OperandForm.STATED, x, null, sizes)
                .model()
                .output("y")
                .build();
        Optional<Tensor> peer = peer(stated, x);
        assertTrue(peer.isPresent() || rule.type.bits() > 8 && rule.type != DType.I32, rule + ": the peer refuses");
        if (peer.isPresent()) {
            Tensor expected = QuernPath.GRAPH.run(stated, Map.of("x", x)).get("y");
            near(peer.get(), expected, 1, rule + " by the peer");
        }
    }

    /** Before version 11 the nearest is the one below where an axis grows, and the one above where it shrinks. */
    @TestFactory
    Stream<DynamicTest> theNearestOfOldHasItsDirection() {
        Tensor x = Fault.ramp(DType.F32, 1, 1, 5, 5);
        Tensor scales = Tensor.of(new float[] {1, 1, 0.6f, 1.7f}, 4);
        return Stream.of(
                new Fault("Resize 10")
                        .opset(10)
                        .input("x", x)
                        .constant("s", scales)
                        .nodes("y = Resize(x, s)")
                        .agrees(),
                new Fault("Resize 10, scales given at run time")
                        .opset(10)
                        .dynamic("x", x)
                        .input("s", scales)
                        .nodes("y = Resize(x, s)")
                        .agrees(),
                new Fault("Upsample 9, scales given at run time")
                        .opset(9)
                        .input("x", x)
                        .input("s", Tensor.of(new float[] {1, 1, 2, 3}, 4))
                        .nodes("y = Upsample(x, s) mode=linear")
                        .agrees());
    }

    @TestFactory
    Stream<DynamicTest> nothingIsResizedToNothingAlone() {
        Tensor none = Fault.ramp(DType.F32, 1, 1, 0, 3);
        Tensor twice = Tensor.of(new float[] {1, 1, 2, 2}, 4);
        List<DynamicTest> tests = new ArrayList<>();
        for (String mode : new String[] {"nearest", "linear"}) {
            String node = " mode=" + mode;
            tests.add(new Fault("by scales, " + mode)
                    .dynamic("x", none)
                    .constant("s", twice)
                    .nodes("y = Resize(x, , s)" + node)
                    .givesUnlikePeer(Fault.ramp(DType.F32, 1, 1, 0, 6)));
            tests.add(new Fault("to none, " + mode)
                    .dynamic("x", none)
                    .constant("s", Fault.longs(1, 1, 0, 6))
                    .nodes("y = Resize(x, , , s)" + node)
                    .givesUnlikePeer(Fault.ramp(DType.F32, 1, 1, 0, 6)));
            tests.add(new Fault("to some, " + mode)
                    .dynamic("x", none)
                    .constant("s", Fault.longs(1, 1, 4, 6))
                    .nodes("y = Resize(x, , , s)" + node)
                    .refused(ModelException.Code.INVALID_INPUT, "elements to resize"));
            tests.add(new Fault("to some that are given at run time, " + mode)
                    .dynamic("x", none)
                    .input("s", Fault.longs(1, 1, 4, 6))
                    .nodes("y = Resize(x, , , s)" + node)
                    .refused(ModelException.Code.INVALID_INPUT, "no elements"));
        }
        return tests.stream();
    }

    static Stream<String> weighted() {
        return Stream.of("linear", "cubic")
                .flatMap(mode -> Stream.of(
                                "half_pixel",
                                "asymmetric",
                                "align_corners",
                                "pytorch_half_pixel",
                                "half_pixel_symmetric")
                        .map(at -> "mode=" + mode + " coordinate_transformation_mode=" + at));
    }

    /** Also where it weighs nothing: there it is 0 times it, which is NaN. Beside the last element there is none. */
    @ParameterizedTest
    @MethodSource("weighted")
    void everyElementUnderTheFilterCounts(String attributes) throws OrtException {
        ResizeAttributes rule = new ResizeAttributes(DType.F32, attributes);
        Tensor[] scales = {Tensor.of(new float[] {1, 1, 2, 3}, 4), Tensor.of(new float[] {1, 1, 2, 0.5f}, 4)};
        for (int place : new int[] {0, 6, 11}) {
            float[] values = {0, -1, 2, 3, 4, 5, -6, 7, 8, 9, 10, -11};
            values[place] = new float[] {Float.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY}[place % 4 % 3];
            Tensor x = Tensor.of(values, 1, 1, 3, 4);
            for (Tensor scale : scales) {
                byte[] stated = model(rule, OperandForm.STATED, x, scale, null)
                        .model()
                        .output("y")
                        .build();
                compare(rule, x, scale, null);
                near(
                        peer(stated, x).orElseThrow(),
                        QuernPath.GRAPH.run(stated, Map.of("x", x)).get("y"),
                        rule.allowed(DType.F32, 11),
                        attributes + " by the peer, infinite at " + place);
            }
        }
    }

    /** An axis that keeps its extent is not interpolated, whenever that is known. */
    @ParameterizedTest
    @MethodSource("weighted")
    void axesThatKeepTheirExtentDoNotMix(String attributes) throws OrtException {
        float[] values = {0, -1, 2, 3, 4, 5, Float.POSITIVE_INFINITY, 7, 8, 9, 10, Float.MIN_VALUE};
        ResizeAttributes rule = new ResizeAttributes(DType.F32, attributes);
        for (long[] shape : new long[][] {{1, 1, 3, 4}, {1, 3, 2, 2}}) {
            Tensor x = Tensor.of(values, shape);
            compare(rule, x, null, Fault.longs(shape[0], shape[1], shape[2], 5));
            compare(rule, x, null, Fault.longs(shape[0], shape[1], 5, shape[3]));
            byte[] stated = model(rule, OperandForm.STATED, x, null, Fault.longs(shape[0], shape[1], shape[2], 5))
                    .model()
                    .output("y")
                    .build();
            float[] rows = QuernPath.GRAPH.run(stated, Map.of("x", x)).get("y").toFloatArray();
            int width = Math.toIntExact(shape[3]);
            for (int row = 0; row < 12 / width; row++) {
                boolean finite = true;
                for (int column = 0; column < width; column++) {
                    finite &= Float.isFinite(values[row * width + column]);
                }
                for (int column = 0; column < 5; column++) {
                    assertTrue(!finite || Float.isFinite(rows[row * 5 + column]), attributes + " in row " + row);
                }
            }
        }
    }

    private static void compare(ResizeAttributes rule, Tensor x, Tensor scales, Tensor sizes) throws OrtException {
        byte[] stated = model(rule, OperandForm.STATED, x, scales, sizes)
                .model()
                .output("y")
                .build();
        Tensor expected = QuernPath.GRAPH.run(stated, Map.of("x", x)).get("y");
        String where = rule + " by " + (scales == null ? sizes : Arrays.toString(scales.toFloatArray()));
        peer(stated, x).ifPresent(peer -> {
            assertArrayEquals(peer.shape(), expected.shape(), where);
            if (rule.type.isInteger() && !rule.filters()) {
                // The coordinates of this mode are a rounding apart.
                near(peer, expected, rule.attributes.endsWith("symmetric") ? 1 : 0, where + " by the peer");
            } else if (!rule.type.isInteger() && !rule.attributes.endsWith("symmetric") && isFinite(x)) {
                // Its coefficients are of f32 whatever the elements are.
                near(peer, expected, rule.allowed(DType.F32, greatest(x)) + last(rule, x), where + " by the peer");
            }
        });
        for (OperandForm form : OperandForm.values()) {
            Fault fault = model(rule, form, x, scales, sizes);
            byte[] bytes = fault.model().output("y").build();
            for (QuernPath engine : QuernPath.values()) {
                Tensor found = engine.run(bytes, fault.inputs()).get("y");
                String what = where + " " + form + " " + engine;
                assertArrayEquals(expected.shape(), found.shape(), what);
                if (rule.type.isInteger() || rule.attributes.startsWith("mode=nearest")) {
                    assertArrayEquals(expected.toByteArray(), found.toByteArray(), what);
                } else {
                    // Weights of a cubic filter are of f32 whatever the elements are.
                    boolean wide = rule.type == DType.F64 && rule.attributes.startsWith("mode=linear");
                    DType arithmetic = wide ? DType.F64 : DType.F32;
                    near(expected, found, rule.allowed(arithmetic, greatest(x)) + last(rule, x), what);
                }
            }
        }
    }

    /** What the result's own rounding may come to, in both. */
    private static double last(ResizeAttributes rule, Tensor x) {
        return Tolerance.rounding(rule.type, 2, 1.375 * 1.375 * greatest(x));
    }

    private static boolean isFinite(Tensor x) {
        return Arrays.stream(numbers(x)).allMatch(Double::isFinite);
    }

    private static double greatest(Tensor x) {
        return Arrays.stream(numbers(x))
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
    }

    private static void near(Tensor expected, Tensor found, double tolerance, String what) {
        double[] left = numbers(expected);
        double[] right = numbers(found);
        assertEquals(left.length, right.length, what);
        for (int i = 0; i < left.length; i++) {
            assertEquals(left[i], right[i], tolerance, what + " at " + i);
        }
    }

    private static double[] numbers(Tensor tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(tensor.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        double[] numbers = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (tensor.dtype()) {
                case U8 -> bytes.get() & 0xFF;
                case I8 -> bytes.get();
                case I16 -> bytes.getShort();
                case I32 -> bytes.getInt();
                case I64 -> bytes.getLong();
                case F16 -> Float.float16ToFloat(bytes.getShort());
                case F64 -> bytes.getDouble();
                default -> bytes.getFloat();
            };
        }
        return numbers;
    }

    private static Optional<Tensor> peer(byte[] model, Tensor x) {
        try (PeerModel peer = new PeerModel(model, OptLevel.NO_OPT)) {
            return Optional.of(peer.run(Map.of("x", x)).get("y"));
        } catch (OrtException refused) {
            return Optional.empty();
        }
    }
}
