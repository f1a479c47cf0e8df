package dev.quern.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayoutTest {
    @Test
    void aSwizzleStaysWithinTheSpan() {
        for (int extent = 1; extent < 40; extent++) {
            for (int bits = 1; bits < 4; bits++) {
                for (int base = 0; base < 3; base++) {
                    Layout.Swizzle swizzle = new Layout.Swizzle(bits, base, bits);
                    Layout layout = new Layout(Layout.rowMajor(Shape.of(extent)).axes(), Optional.of(swizzle));
                    long span = layout.span().constant();
                    Set<Long> addresses = new HashSet<>();
                    for (int index = 0; index < extent; index++) {
                        long address = swizzle.apply(
                                layout.address(List.of(Dim.of(index))).constant());
                        assertTrue(address < span, extent + " elements, " + swizzle);
                        addresses.add(address);
                    }
                    assertEquals(extent, addresses.size(), "no two elements share an address");
                }
            }
        }
    }

    @Test
    void aSymbolicSpanIsOfWholeBlocks() {
        Dim n = Dim.symbol("n");
        Layout layout = new Layout(Layout.rowMajor(Shape.of(n)).axes(), Optional.of(new Layout.Swizzle(2, 0, 2)));
        assertEquals(n.plus(3).floorDiv(Dim.of(4)).times(4), layout.span());
        assertEquals(n, Layout.rowMajor(Shape.of(n)).span());
    }
}
