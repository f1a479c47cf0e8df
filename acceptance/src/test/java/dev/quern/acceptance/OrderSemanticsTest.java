package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Greatest, least and first, where there are NaN, zeros of both signs, infinities and elements that are equal. */
class OrderSemanticsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final long[] ONE = {1};
    private static final long[] SCALAR = {};

    private static Operand index(long... values) {
        return Operand.vector(DType.I64, values);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16"})
    void nanIsBeforeAnyNumber(DType type) {
        for (String operator : List.of("ArgMax", "ArgMin")) {
            OperatorCase first = OperatorCase.of(operator, DType.I64, Operand.vector(type, 1, NAN, 3, NAN, 0));
            Semantics.check(first, index(1));
            Semantics.check(first.with("select_last_index", 1), index(3));
            OperatorCase leading = OperatorCase.of(operator, DType.I64, Operand.vector(type, NAN, INF, -INF));
            Semantics.check(leading, index(0));
        }
        double[] many = new double[71];
        for (int at = 0; at < many.length; at += 7) {
            Arrays.fill(many, 1);
            many[at] = NAN;
            Operand x = Operand.vector(type, many);
            Semantics.check(OperatorCase.of("ArgMax", DType.I64, x), index(at));
            for (String operator : List.of("ReduceMax", "ReduceMin")) {
                Semantics.check(OperatorCase.of(operator, type, x), Operand.of(type, ONE, NAN));
            }
            Operand image = Operand.of(type, new long[] {1, 1, 71}, many);
            Semantics.check(
                    OperatorCase.of("MaxPool", type, image).opset(22).with("kernel_shape", List.of(71L)),
                    Operand.of(type, new long[] {1, 1, 1}, NAN));
        }
    }

    @Test
    void firstNanIsThePeersToo() throws Exception {
        for (String operator : List.of("ArgMax", "ArgMin")) {
            Semantics.checkWithPeer(
                    OperatorCase.of(operator, DType.I64, Operand.vector(DType.F32, 1, NAN, 3, NAN)), index(1));
            Semantics.checkWithPeer(
                    OperatorCase.of(operator, DType.I64, Operand.vector(DType.F64, 1, NAN, 3, NAN)), index(1));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "I64", "I32", "I8", "U8"})
    void equalElementsGoByTheirIndex(DType type) throws Exception {
        Operand x = type.isFloat() ? Operand.vector(type, 2, 7, 2, 7, 2.0) : Operand.vector(type, 2, 7, 2, 7, 2L);
        for (long last : new long[] {0, 1}) {
            Semantics.checkWithPeer(
                    OperatorCase.of("ArgMax", DType.I64, x).with("select_last_index", last), index(last == 1 ? 3 : 1));
            Semantics.checkWithPeer(
                    OperatorCase.of("ArgMin", DType.I64, x).with("select_last_index", last), index(last == 1 ? 4 : 0));
        }
    }

    @Test
    void extremesOfIntegersAreFound() throws Exception {
        for (DType type : List.of(DType.I64, DType.I32, DType.I8, DType.U8)) {
            long least = type == DType.U8 ? 0 : -1L << (type.bits() - 1);
            Operand same = Operand.vector(type, least, least, least);
            Semantics.checkWithPeer(OperatorCase.of("ArgMax", DType.I64, same), index(0));
            Semantics.checkWithPeer(OperatorCase.of("ArgMin", DType.I64, same), index(0));
            Semantics.checkWithPeer(OperatorCase.of("ReduceMax", type, same), Operand.of(type, ONE, least));
        }
        Operand infinite = Operand.vector(DType.F32, -INF, -INF);
        Semantics.checkWithPeer(OperatorCase.of("ArgMax", DType.I64, infinite), index(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"U64", "U32", "U8"})
    void unsignedNumbersAreNotNegative(String name) {
        DType type = DType.valueOf(name);
        long top = type == DType.U64 ? -1 : (1L << type.bits()) - 1;
        Operand x = Operand.vector(type, 1, top, 2);
        Semantics.check(OperatorCase.of("ReduceMax", type, x), Operand.of(type, ONE, top));
        Semantics.check(OperatorCase.of("ReduceMin", type, x), Operand.of(type, ONE, 1L));
        Semantics.check(
                OperatorCase.of("Max", type, x, Operand.vector(type, 2, 2, 2)), Operand.vector(type, 2, top, 2));
        Semantics.check(OperatorCase.of("Min", type, x, Operand.vector(type, 2, 2, 2)), Operand.vector(type, 1, 2, 2));
        OperatorCase greater = OperatorCase.of("Greater", DType.BOOL, x, Operand.vector(type, 2, 2, 2));
        Semantics.check(greater, Operand.vector(DType.BOOL, 0, 1, 0));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16"})
    void boundsThatAreNanAreNone(DType type) throws Exception {
        Operand x = Operand.vector(type, 1, NAN, 3, INF, -INF);
        Operand two = Operand.of(type, SCALAR, 2);
        Operand nan = Operand.of(type, SCALAR, NAN);
        Semantics.checkWithPeer(OperatorCase.of("Clip", type, x, nan, two), Operand.vector(type, 1, NAN, 2, 2, -INF));
        Semantics.checkWithPeer(OperatorCase.of("Clip", type, x, two, nan), Operand.vector(type, 2, NAN, 3, INF, 2));
        Semantics.checkAsPeer(OperatorCase.of("Clip", type, x, two, null));
        Semantics.checkAsPeer(OperatorCase.of("Clip", type, x, null, two));
        Semantics.checkAsPeer(OperatorCase.of("Clip", type, x));
    }

    @Test
    void theUpperBoundWins() throws Exception {
        Operand x = Operand.vector(DType.F32, -1, 1, 3);
        Operand low = Operand.of(DType.F32, SCALAR, 2);
        Operand high = Operand.of(DType.F32, SCALAR, 0.0);
        Semantics.checkWithPeer(OperatorCase.of("Clip", DType.F32, x, low, high), Operand.vector(DType.F32, 0, 0, 0.0));
        Operand whole = Operand.vector(DType.I32, -1, 1, 3);
        Semantics.checkWithPeer(
                OperatorCase.of(
                        "Clip", DType.I32, whole, Operand.of(DType.I32, SCALAR, 2L), Operand.of(DType.I32, SCALAR, 0L)),
                Operand.vector(DType.I32, 0, 0, 0L));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16"})
    void nanStaysNan(DType type) throws Exception {
        Operand x = Operand.vector(type, 1, NAN, -3, INF, -INF, NAN, 0.0, 2, 5);
        Operand y = Operand.vector(type, NAN, 1, 2, -INF, INF, NAN, 1, 2, NAN);
        Semantics.checkWithPeer(
                OperatorCase.of("Max", type, x, y), Operand.vector(type, NAN, NAN, 2, INF, INF, NAN, 1, 2, NAN));
        Semantics.checkWithPeer(
                OperatorCase.of("Min", type, x, y), Operand.vector(type, NAN, NAN, -3, -INF, -INF, NAN, 0, 2, NAN));
        Semantics.checkWithPeer(
                OperatorCase.of("Relu", type, x), Operand.vector(type, 1, NAN, 0, INF, 0, NAN, 0, 2, 5));
        Operand signs = Operand.vector(type, 1, NAN, -1, 1, -1, NAN, 0, 1, 1);
        Semantics.check(OperatorCase.of("Sign", type, x), signs);
        Operand zeros = Operand.vector(type, 0.0, -0.0);
        Semantics.checkWithPeer(OperatorCase.of("Sign", type, zeros), Operand.vector(type, 0, 0.0));
    }

    /** The zeros around an operand are multiplied as others are. */
    @Test
    void paddingTimesNanIsNan() throws Exception {
        Operand x = Operand.of(DType.F32, new long[] {1, 1, 4}, 1, 2, 3, 4L);
        for (double weight : new double[] {NAN, INF}) {
            Operand w = Operand.of(DType.F32, new long[] {1, 1, 3}, weight, 1, 2.0);
            Semantics.checkAsPeer(OperatorCase.of("Conv", DType.F32, x, w).with("pads", List.of(1L, 1L)));
            Semantics.checkAsPeer(
                    OperatorCase.of("ConvTranspose", DType.F32, x, w).with("pads", List.of(1L, 1L)));
        }
    }

    @Test
    void halvesRoundToEven() throws Exception {
        double[] x = {0.5, 1.5, 2.5, -0.5, -1.5, -2.5, NAN, INF, -0.0, 8388609, -8388607.5, 0.49999997};
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (String operator : List.of("Round", "Floor", "Ceil")) {
                Semantics.checkAsPeer(OperatorCase.of(operator, type, Operand.vector(type, x)));
            }
        }
    }

    @Test
    void topKSortsNanAsTheGreatest() {
        Operand x = Operand.vector(DType.F32, 1, NAN, 3, -0.0, 0.0, INF, -INF, NAN, 3);
        OperatorCase all = OperatorCase.of("TopK", DType.I64, x, index(9)).results(DType.I64, "values", "y");
        Semantics.check(all, index(1, 7, 5, 2, 8, 0, 3, 4, 6));
        Semantics.check(all.with("largest", 0), index(6, 3, 4, 0, 2, 8, 5, 1, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ArgMax", "ArgMin"})
    void anAxisWithoutElementsIsRefused(String operator) throws Exception {
        OperatorCase none = OperatorCase.of(
                        operator, DType.I64, Operand.of(DType.F32, new long[] {2, 0}, new double[0]))
                .with("axis", 1);
        for (QuernPath engine : QuernPath.values()) {
            ModelException refused =
                    assertThrows(ModelException.class, () -> engine.run(none.ofInputs(), none.inputs()));
            assertTrue(refused.getMessage().contains(operator), refused.getMessage());
            assertThrows(ModelException.class, () -> engine.run(none.ofConstants(), Map.of()));
        }
        OperatorCase nothing =
                OperatorCase.of(operator, DType.I64, Operand.of(DType.F32, new long[] {0, 2}, new double[0]));
        Semantics.checkWithPeer(nothing.with("axis", 1), Operand.of(DType.I64, new long[] {0, 1}, new long[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ArgMax", "ArgMin"})
    void anAxisFoundToHaveNoElementsIsRefused(String operator) {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "n", "m")
                .node(operator, List.of("x"), List.of("y"), Map.of("axis", new OnnxAttribute.Int(1)))
                .output("y", DType.I64, "n", 1)
                .build();
        for (QuernPath engine : QuernPath.values()) {
            ModelException refused = assertThrows(
                    ModelException.class, () -> engine.run(model, Map.of("x", Tensor.of(new float[0], 2, 0))));
            assertTrue(refused.getMessage().contains(operator), refused.getMessage());
            Tensor found = engine.run(model, Map.of("x", Tensor.of(new float[] {1, 2}, 1, 2)))
                    .get("y");
            assertEquals(operator.equals("ArgMax") ? 1 : 0, found.toLongArray()[0]);
        }
    }
}
