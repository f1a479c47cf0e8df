package dev.quern.ir.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.UnaryOp;
import org.junit.jupiter.api.Test;

class SpecialFunctionsTest {
    /** Values from tables. */
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
            assertEquals(row[1], SpecialFunctions.erf(row[0]), 1e-15 * row[1]);
            assertEquals(-row[1], SpecialFunctions.erf(-row[0]), 1e-15 * row[1]);
        }
        assertTrue(Double.isNaN(SpecialFunctions.erf(Double.NaN)));
        assertEquals(-0.0, RealFunctions.unary(UnaryOp.ERF).applyAsDouble(-0.0));
    }

    @Test
    void inverseHyperbolicFunctionsUndoTheirs() {
        for (double x = 0x1p-40; x <= 300; x *= 1.01) {
            assertEquals(x, SpecialFunctions.asinh(StrictMath.sinh(x)), 4 * Math.ulp(x));
            assertEquals(-x, SpecialFunctions.asinh(-StrictMath.sinh(x)), 4 * Math.ulp(x));
        }
        assertEquals(Math.sqrt(2 * 0x1p-40) * (1 - 0x1p-40 / 12), SpecialFunctions.acosh(1 + 0x1p-40), 1e-21);
        assertEquals(StrictMath.log(3) / 2, SpecialFunctions.atanh(0.5), 3e-16);
        assertEquals(0x1p-50, SpecialFunctions.atanh(0x1p-50));
        assertEquals(Double.POSITIVE_INFINITY, SpecialFunctions.atanh(1));
        assertTrue(Double.isNaN(SpecialFunctions.acosh(0.5)));
        assertTrue(Double.isNaN(SpecialFunctions.acosh(-1e10)));
        assertTrue(Double.isNaN(SpecialFunctions.atanh(1.5)));
    }
}
