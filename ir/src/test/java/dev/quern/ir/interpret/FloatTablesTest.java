package dev.quern.ir.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatTablesTest {
    @Test
    void knownValues() {
        assertEquals(448, FloatTables.decode(DType.F8E4M3FN, 0x7E));
        assertEquals(240, FloatTables.decode(DType.F8E4M3FNUZ, 0x7F));
        assertEquals(57344, FloatTables.decode(DType.F8E5M2, 0x7B));
        assertEquals(6, FloatTables.decode(DType.F4E2M1, 7));
        assertEquals(0x7F, FloatTables.encode(DType.F8E4M3FN, 1e9, false));
        assertEquals(0xFE, FloatTables.encode(DType.F8E4M3FN, -1e9, true));
        assertEquals(0x7E, FloatTables.encode(DType.F8E4M3FN, Double.POSITIVE_INFINITY, true));
        assertEquals(0x80, FloatTables.encode(DType.F8E5M2FNUZ, Double.NaN, true));
        assertEquals(0x7C, FloatTables.encode(DType.F8E5M2, 1e9, false));
        assertEquals(0, FloatTables.encode(DType.F8E4M3FNUZ, -0.0));
        assertEquals(129, FloatTables.encode(DType.F8E8M0, 3));
    }

    /** Both directions of every half, and roundings of floats to it, as the platform has them. */
    @Test
    void halvesAreThoseOfThePlatform() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float expected = Float.float16ToFloat((short) bits);
            assertEquals((double) expected, FloatTables.decode(DType.F16, bits));
            if (!Float.isNaN(expected)) {
                assertEquals(bits, FloatTables.encode(DType.F16, expected));
            }
        }
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isNaN(value)) {
                assertEquals(
                        Short.toUnsignedLong(Float.floatToFloat16(value)),
                        FloatTables.encode(DType.F16, value),
                        Float.toString(value));
            }
        }
    }

    @Test
    void largeIntegersRoundOnce() {
        long justAbove = (1L << 62) + (1L << 54) + 1;
        assertEquals(0x5E81, FloatTables.encode(DType.BF16, BigInteger.valueOf(justAbove), false));
        assertEquals(0x5E80, FloatTables.encode(DType.BF16, BigInteger.valueOf(justAbove - 1), false));
        assertEquals(0xDE81, FloatTables.encode(DType.BF16, BigInteger.valueOf(-justAbove), false));
        assertEquals(0x7E, FloatTables.encode(DType.F8E4M3FN, BigInteger.valueOf(Long.MAX_VALUE), true));
    }
}
