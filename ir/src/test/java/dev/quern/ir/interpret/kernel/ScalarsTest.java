package dev.quern.ir.interpret.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.UnaryOp;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScalarsTest {
    private static final Set<DType> SMALL = EnumSet.of(
            DType.F16, DType.BF16, DType.F8E4M3FN, DType.F8E4M3FNUZ, DType.F8E5M2, DType.F8E5M2FNUZ, DType.F4E2M1);

    @Test
    void everyValueOfASmallFormatSurvives() {
        for (DType type : SMALL) {
            for (long bits = 0; bits < 1L << type.bits(); bits++) {
                double value = FloatFormats.decode(type, bits);
                double again = FloatFormats.decode(type, FloatFormats.encode(type, value));
                assertEquals(Double.doubleToLongBits(value), Double.doubleToLongBits(again), type + " " + bits);
                if (!Double.isNaN(value)) {
                    assertEquals(bits, FloatFormats.encode(type, value), type.label());
                }
            }
        }
    }

    @Test
    void halvesRoundAsThePlatformDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isNaN(value)) {
                assertEquals(
                        Short.toUnsignedLong(Float.floatToFloat16(value)),
                        FloatFormats.encode(DType.F16, value),
                        Float.toString(value));
            }
        }
    }

    /** Rounding is compared with a search among all values of the format. */
    @Test
    void roundsToTheNearestEven() {
        Random random = new Random(11);
        for (DType type : EnumSet.of(DType.F8E4M3FN, DType.F8E5M2, DType.F8E5M2FNUZ, DType.F8E4M3FNUZ, DType.F4E2M1)) {
            TreeMap<Double, Long> all = new TreeMap<>();
            for (long bits = 0; bits < 1L << (type.bits() - 1); bits++) {
                double value = FloatFormats.decode(type, bits);
                if (Double.isFinite(value)) {
                    all.put(value, bits);
                }
            }
            for (int i = 0; i < 20_000; i++) {
                double value = Math.scalb(random.nextInt(1, 2048), random.nextInt(-28, 6));
                if (value > all.lastKey()) {
                    continue;
                }
                double below = all.floorKey(value);
                double above = all.ceilingKey(value);
                boolean down =
                        value - below < above - value || (value - below == above - value && (all.get(below) & 1) == 0);
                assertEquals(down ? below : above, FloatFormats.round(type, value), type + " of " + value);
            }
        }
    }

    @Test
    void knownValues() {
        assertEquals(448, FloatFormats.decode(DType.F8E4M3FN, 0x7E));
        assertEquals(240, FloatFormats.decode(DType.F8E4M3FNUZ, 0x7F));
        assertEquals(57344, FloatFormats.decode(DType.F8E5M2, 0x7B));
        assertEquals(6, FloatFormats.decode(DType.F4E2M1, 7));
        assertEquals(0x7F, FloatFormats.encode(DType.F8E4M3FN, 1e9));
        assertEquals(0x80, FloatFormats.encode(DType.F8E5M2FNUZ, Double.NaN));
        assertEquals(0x7C, FloatFormats.encode(DType.F8E5M2, 1e9));
        assertEquals(0, FloatFormats.encode(DType.F8E4M3FNUZ, -0.0));
        assertEquals(129, FloatFormats.encode(DType.F8E8M0, 3));
    }

    @Test
    void integersBecomeTheNearestFloat() {
        Random random = new Random(13);
        for (int i = 0; i < 50_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            if (i % 3 == 0) {
                value = (value & ~0xFFFL) | random.nextInt(3);
            }
            BigInteger unsigned = new BigInteger(Long.toUnsignedString(value));
            assertEquals(new BigDecimal(unsigned).floatValue(), Scalars.toReal(DType.U64, value, DType.F32));
            assertEquals(new BigDecimal(unsigned).doubleValue(), Scalars.toReal(DType.U64, value, DType.F64));
            assertEquals((float) value, Scalars.toReal(DType.I64, value, DType.F32));
            double brain = Scalars.toReal(DType.I64, value, DType.BF16);
            double step = Math.max(Math.ulp(brain) * 0x1p45, 1);
            assertTrue(
                    Math.abs(new BigDecimal(brain)
                                    .subtract(BigDecimal.valueOf(value))
                                    .doubleValue())
                            <= step / 2,
                    Long.toString(value));
        }
    }

    @Test
    void fusedHalvesRoundOnce() {
        Random random = new Random(17);
        for (int i = 0; i < 100_000; i++) {
            double a = Float.float16ToFloat((short) random.nextInt());
            double b = Float.float16ToFloat((short) random.nextInt());
            double c = Float.float16ToFloat((short) random.nextInt());
            if (!Double.isFinite(a) || !Double.isFinite(b) || !Double.isFinite(c)) {
                continue;
            }
            BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
            double found = Scalars.fma(DType.F16, a, b, c);
            if (Double.isFinite(found)) {
                double up = Float.float16ToFloat((short) (FloatFormats.encode(DType.F16, found) + 1));
                double down = Float.float16ToFloat((short) (FloatFormats.encode(DType.F16, found) - 1));
                BigDecimal error = exact.subtract(new BigDecimal(found)).abs();
                for (double other : new double[] {up, down}) {
                    assertTrue(
                            !Double.isFinite(other)
                                    || error.compareTo(exact.subtract(new BigDecimal(other))
                                                    .abs())
                                            <= 0,
                            a + "*" + b + "+" + c);
                }
            }
        }
    }

    /** Values of the error function and its friends from tables. */
    @Test
    void errorFunction() {
        double[][] table = {
            {0.5, 0.5204998778130465},
            {1, 0.8427007929497149},
            {2, 0.9953222650189527},
            {2.5, 0.9995930479825550},
            {3, 0.9999779095030014},
            {1e-10, 1.1283791670955126e-10},
            {5.9, 1 - 7.190000e-17}
        };
        for (double[] row : table) {
            assertEquals(row[1], KernelReals.erf(row[0]), 1e-15 * row[1]);
            assertEquals(-row[1], KernelReals.erf(-row[0]), 1e-15 * row[1]);
        }
        assertTrue(Double.isNaN(KernelReals.erf(Double.NaN)));
        assertEquals(-0.0, ScalarFunctions.realUnary(UnaryOp.ERF, DType.F64).applyAsDouble(-0.0));
    }

    @Test
    void inverseHyperbolicFunctionsUndoTheirs() {
        for (double x = -3; x <= 3; x += 0.01) {
            assertEquals(x, KernelReals.asinh(Math.sinh(x)), 1e-14);
            assertEquals(x, KernelReals.atanh(Math.tanh(x)), 1e-13);
            assertEquals(Math.abs(x), KernelReals.acosh(Math.cosh(x)), 1e-7 / Math.max(Math.abs(x), 1e-2) * 1e-6);
        }
    }
}
