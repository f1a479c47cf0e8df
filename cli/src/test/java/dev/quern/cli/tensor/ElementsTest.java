package dev.quern.cli.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.interpret.FloatTables;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ElementsTest {
    @Test
    void smallFloatsAreReadAsTheSpecificationHasThem() {
        for (DType dtype : DType.values()) {
            if (dtype.isFloat() && dtype.bits() <= 8) {
                for (int code = 0; code < 1 << dtype.bits(); code++) {
                    MemorySegment data = MemorySegment.ofArray(new byte[] {(byte) code});
                    double expected = FloatTables.decode(dtype, code);
                    double found = ElementText.number(data, dtype, 0);
                    assertEquals(expected, found, dtype + " " + code);
                    if (!Double.isNaN(expected)) {
                        ElementText.put(data, dtype, 0, found);
                        assertEquals(code, ElementText.bits(data, dtype, 0), dtype + " " + found);
                    }
                }
            }
        }
    }

    @Test
    void smallFloatsAreRoundedToTheNearest() {
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        ElementText.put(data, DType.F8E4M3FN, 0, 1.07);
        assertEquals(1.125, ElementText.number(data, DType.F8E4M3FN, 0));
        ElementText.put(data, DType.F8E4M3FN, 0, 1.0625);
        assertEquals(1.0, ElementText.number(data, DType.F8E4M3FN, 0), "a tie goes to the even code");
        ElementText.put(data, DType.F8E4M3FN, 0, 1e9);
        assertEquals(448.0, ElementText.number(data, DType.F8E4M3FN, 0));
        ElementText.put(data, DType.F8E5M2, 0, Double.NaN);
        assertEquals(Double.NaN, ElementText.number(data, DType.F8E5M2, 0));
        ElementText.put(data, DType.F8E5M2, 0, Double.NEGATIVE_INFINITY);
        assertEquals(Double.NEGATIVE_INFINITY, ElementText.number(data, DType.F8E5M2, 0));
    }

    @Test
    void packedIntegersLieSideBySide() {
        for (DType dtype : new DType[] {DType.I4, DType.U4, DType.I2, DType.U2}) {
            long least = dtype.kind() == DType.Kind.SIGNED ? -1L << dtype.bits() - 1 : 0;
            int values = 1 << dtype.bits();
            MemorySegment data = MemorySegment.ofArray(new byte[(int) dtype.byteSize(values)]);
            for (int index = 0; index < values; index++) {
                ElementText.put(data, dtype, index, least + index);
            }
            for (int index = 0; index < values; index++) {
                assertEquals(least + index, ElementText.whole(data, dtype, index), dtype.label());
                assertEquals(Long.toString(least + index), ElementText.text(data, dtype, index));
            }
        }
        MemorySegment two = MemorySegment.ofArray(new byte[] {(byte) 0xf3});
        assertEquals(3, ElementText.whole(two, DType.I4, 0));
        assertEquals(-1, ElementText.whole(two, DType.I4, 1));
    }

    @Test
    void complexElementsHaveTwoParts() {
        MemorySegment data = MemorySegment.ofArray(new float[] {1, -2, 0.5f, 3});
        assertEquals("1.0-2.0i", ElementText.text(data, DType.C64, 0));
        assertEquals("0.5+3.0i", ElementText.text(data, DType.C64, 1));
    }

    @Test
    void unsignedIntegersKeepTheirSize() {
        MemorySegment data = MemorySegment.ofArray(new long[] {-1});
        assertEquals("18446744073709551615", ElementText.text(data, DType.U64, 0));
        assertEquals(0x1p64, ElementText.number(data, DType.U64, 0));
        assertEquals(4294967295L, ElementText.whole(data, DType.U32, 0));
    }
}
