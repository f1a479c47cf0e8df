package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.of;
import static dev.quern.ir.interpret.Operations.one;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.testing.Tolerance;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElementwiseOperationsTest {
    @Test
    void everyFunctionOnEveryFloat() {
        for (DType type : List.of(DType.F64, DType.F32, DType.F16, DType.BF16)) {
            Tensor x = of(type, 0.5, -2, 3);
            assertNumbers(one(new Op.Unary(UnaryOp.NEG), x), -0.5, 2, -3);
            assertNumbers(one(new Op.Binary(BinaryOp.MUL), x, x), 0.25, 4, 9);
            assertNumbers(one(new Op.Binary(BinaryOp.MOD), x, of(type, 2, 3, -2)), 0.5, 1, -1);
            double tanh = Math.tanh(0.5);
            assertEquals(
                    tanh,
                    Operations.numbers(one(new Op.Unary(UnaryOp.TANH), x))[0],
                    Tolerance.rounding(type, 1, tanh) + Tolerance.rounding(DType.F64, 4, tanh));
        }
    }

    @Test
    void integersWrapAtTheirWidth() {
        assertNumbers(one(new Op.Binary(BinaryOp.ADD), of(DType.I8, 127), of(DType.I8, 2)), -127);
        assertNumbers(one(new Op.Binary(BinaryOp.SUB), of(DType.U8, 1), of(DType.U8, 2)), 255);
        assertNumbers(one(new Op.Binary(BinaryOp.DIV), of(DType.I32, -7, 7, 7), of(DType.I32, 2, 0, -2)), -3, 0, -3);
        assertNumbers(one(new Op.Binary(BinaryOp.MUL), of(DType.I4, 7, -8), of(DType.I4, 2, 1)), -2, -8);
        assertNumbers(one(new Op.Binary(BinaryOp.SHIFT_RIGHT), of(DType.U16, 65535), of(DType.U16, 8)), 255);
        assertNumbers(one(new Op.Unary(UnaryOp.BIT_NOT), of(DType.U8, 1)), 254);
    }

    @Test
    void comparisonsAndChoices() {
        Tensor left = floats(1, Float.NaN, 3);
        assertNumbers(one(new Op.Compare(CompareOp.NE), left, floats(1, Float.NaN, 4)), 0, 1, 1);
        assertNumbers(one(new Op.Compare(CompareOp.LE), left, floats(1, 1, 4)), 1, 0, 1);
        Tensor words = Tensor.of(new String[] {"a", "b"}, 2);
        Tensor equal = one(new Op.Compare(CompareOp.EQ), words, Tensor.of(new String[] {"a", "c"}, 2));
        assertNumbers(equal, 1, 0);
        assertEquals(
                List.of("a", "x"),
                one(new Op.Select(), equal, words, Tensor.of(new String[] {"x", "x"}, 2))
                        .strings());
        assertNumbers(one(new Op.Unary(UnaryOp.IS_NAN), left), 0, 1, 0);
    }

    @Test
    void castsBetweenKinds() {
        Tensor x = floats(-1.9f, 300, Float.NaN, Float.POSITIVE_INFINITY);
        assertNumbers(one(new Op.Cast(DType.I8, true), x), -1, 44, 0, 0);
        assertNumbers(one(new Op.Cast(DType.U8, true), x), 255, 44, 0, 0);
        assertNumbers(one(new Op.Cast(DType.I32, true), x), -1, 300, Integer.MIN_VALUE, Integer.MIN_VALUE);
        assertNumbers(one(new Op.Cast(DType.I4, true), floats(7.5f, -2.5f, 300)), -8, -3, -4);
        assertNumbers(one(new Op.Cast(DType.BOOL, true), x), 1, 1, 1, 1);
        assertNumbers(one(new Op.Cast(DType.F8E4M3FN, true), floats(1000, 1.06f)), 448, 1);
        assertEquals(Double.NaN, Operations.numbers(one(new Op.Cast(DType.F8E4M3FN, false), floats(1000)))[0]);
        assertNumbers(one(new Op.Cast(DType.I8, true), of(DType.I32, 300, -129)), 44, 127);
        assertNumbers(one(new Op.Cast(DType.F64, true), of(DType.BOOL, 1, 0)), 1, 0);
        assertNumbers(one(new Op.Bitcast(DType.I32), floats(1)), 0x3f800000);
    }

    @Test
    void quantisesHalvesToEvenAndSaturates() {
        Tensor scale = floats(2, 2, 2, 2);
        Tensor zero = of(DType.U8, 128, 128, 128, 128);
        Tensor q = one(new Op.Quantize(DType.U8), floats(1, 3, 1000, -1000), scale, zero);
        assertNumbers(q, 128, 130, 255, 0);
        assertNumbers(one(new Op.Dequantize(DType.F32), q, scale, zero), 0, 4, 254, -256);
    }

    /** Blocks, and results in native memory. */
    @Test
    void largeTensors() {
        float[] values = new float[400_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Tensor x = Tensor.of(values, values.length);
        Tensor sum = one(new Op.Binary(BinaryOp.ADD), x, x);
        float[] found = one(new Op.Cast(DType.F32, true), one(new Op.Cast(DType.I32, true), sum))
                .toFloatArray();
        for (int i = 0; i < values.length; i++) {
            assertEquals(2f * i, found[i]);
        }
        assertEquals(true, sum.segment().isNative());
    }
}
