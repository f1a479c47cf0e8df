package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.interpret.FloatTables;
import dev.quern.ir.interpret.RealFunctions;
import java.math.BigDecimal;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** What generated code calls, against the lists and formulas of the interpreter of graphs. */
class ScalarCallsTest {
    /** Each 16-bit float, what lies beside it and beside the middle to the next. */
    @Test
    void doublesRoundOnceTo16Bits() {
        for (DType type : new DType[] {DType.F16, DType.BF16}) {
            for (int code = 0; code < 1 << 16; code++) {
                double value = FloatTables.decode(type, code);
                double middle = value / 2 + FloatTables.decode(type, code + 1) / 2;
                for (double x : new double[] {
                    value, Math.nextUp(value), Math.nextDown(value), middle, Math.nextUp(middle), Math.nextDown(middle)
                }) {
                    double expected = FloatTables.decode(type, FloatTables.encode(type, x));
                    double found = type == DType.F16 ? ScalarCalls.roundToHalf(x) : ScalarCalls.roundToBrain(x);
                    assertEquals(expected, found, () -> type + " of " + x);
                }
            }
        }
    }

    @Test
    void integersRoundOnceTo16Bits() {
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            long near = (Long.highestOneBit(Math.abs(value)) >> 8) * random.nextInt(256, 512) + random.nextInt(-1, 2);
            for (long x : new long[] {value, near, -near, 3 * near}) {
                float signed = nearest(new BigDecimal(x));
                assertEquals(signed, ScalarCalls.toBrain(x), () -> Long.toString(x));
                assertEquals(nearest(new BigDecimal(Long.toUnsignedString(x))), ScalarCalls.toBrainUnsigned(x));
                double half = FloatTables.decode(DType.F16, FloatTables.encode(DType.F16, x));
                assertEquals(half, ScalarCalls.toHalf(x), () -> Long.toString(x));
            }
        }
    }

    @Test
    void fusedProductsRoundOnceTo16Bits() {
        Random random = new Random(5);
        int inexact = 0;
        for (int i = 0; i < 200_000; i++) {
            float a = ScalarCalls.roundToBrain((float) random.nextGaussian());
            float b = ScalarCalls.roundToBrain((float) random.nextGaussian());
            float c = ScalarCalls.roundToBrain((float) Math.scalb(random.nextGaussian(), random.nextInt(-70, 12)));
            BigDecimal exact = new BigDecimal((double) a * b).add(new BigDecimal(c));
            float expected = nearest(exact);
            float found = ScalarCalls.fmaBrain(a, b, c);
            inexact += exact.compareTo(new BigDecimal(found)) == 0 ? 0 : 1;
            assertTrue(expected == found, () -> a + "*" + b + "+" + c + ": expected " + expected + ", found " + found);
        }
        assertTrue(inexact > 100_000, "only " + inexact + " were rounded");
    }

    /** The bfloat16 nearest to a number, by trying the neighbours of one that is near. */
    private static float nearest(BigDecimal exact) {
        int near = (int) FloatTables.encode(DType.BF16, exact.doubleValue());
        float best = Float.NaN;
        BigDecimal bestError = null;
        for (int code : new int[] {near, near - 1, near + 1}) {
            float value = Float.intBitsToFloat(code << 16);
            if (!Float.isFinite(value)) {
                continue;
            }
            BigDecimal error = exact.subtract(new BigDecimal(value)).abs();
            int order = bestError == null ? -1 : error.compareTo(bestError);
            if (order < 0 || order == 0 && code % 2 == 0) {
                best = value;
                bestError = error;
            }
        }
        return best;
    }

    @Test
    void realFunctionsAreThoseOfTheInterpreter() {
        agree(UnaryOp.SIGMOID, dev.quern.vector.RealCalls::sigmoid, -700, 60);
        agree(UnaryOp.ERF, dev.quern.vector.RealCalls::erf, -7, 7);
        agree(UnaryOp.ASINH, dev.quern.vector.RealCalls::asinh, -1e3, 1e3);
        agree(UnaryOp.ASINH, dev.quern.vector.RealCalls::asinh, -0x1p40, 0x1p40);
        agree(UnaryOp.ACOSH, dev.quern.vector.RealCalls::acosh, 0, 20);
        agree(UnaryOp.ACOSH, dev.quern.vector.RealCalls::acosh, -0x1p40, 0x1p40);
        agree(UnaryOp.ATANH, dev.quern.vector.RealCalls::atanh, -1.1, 1.1);
    }

    private static void agree(UnaryOp function, DoubleUnaryOperator found, double from, double to) {
        DoubleUnaryOperator expected = RealFunctions.unary(function);
        double[] special = {
            0.0, -0.0, 1, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1e-300, 1e300
        };
        int points = 100_000;
        for (int i = -special.length; i <= points; i++) {
            double x = i < 0 ? special[-1 - i] : from + (to - from) * i / points;
            double want = expected.applyAsDouble(x);
            double have = found.applyAsDouble(x);
            assertEquals(want, have, 8 * Math.ulp(Double.isFinite(want) ? want : 0), () -> function + " of " + x);
        }
    }
}
