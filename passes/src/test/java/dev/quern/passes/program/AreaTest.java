package dev.quern.passes.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Boxes of elements against the sets of elements that they are. */
class AreaTest {
    /** A box of a random row-major tensor. */
    private static Area box(Random random, long start) {
        List<Area.AreaAxis> axes = new ArrayList<>();
        long from = start;
        long stride = 1;
        for (int axis = 1 + random.nextInt(4); axis > 0; axis--) {
            long extent = 1 + random.nextInt(5);
            long first = random.nextLong(extent);
            long count = random.nextInt(12) == 0 ? 0 : 1 + random.nextLong(extent - first);
            from += first * stride;
            axes.addFirst(new Area.AreaAxis(count, stride));
            stride *= extent;
        }
        return new Area("m", from, axes);
    }

    private static TreeSet<Long> elements(Area area) {
        TreeSet<Long> elements = new TreeSet<>();
        for (long[] run : area.runs()) {
            for (long at = run[0]; at < run[1]; at++) {
                assertTrue(elements.add(at), "twice");
            }
        }
        return elements;
    }

    @Test
    void areasOverlapIfTheyHaveAnElementInCommon() {
        Random random = new Random(7);
        int overlaps = 0;
        for (int round = 0; round < 20_000; round++) {
            Area left = box(random, random.nextInt(40));
            Area right = box(random, random.nextInt(40));
            TreeSet<Long> common = elements(left);
            common.retainAll(elements(right));
            assertEquals(!common.isEmpty(), left.overlaps(right), left + " and " + right);
            assertEquals(!common.isEmpty(), right.overlaps(left), right + " and " + left);
            overlaps += common.isEmpty() ? 0 : 1;
        }
        assertTrue(overlaps > 500 && overlaps < 19_500, "of both kinds: " + overlaps);
    }

    @Test
    void elementsAreCountedOnce() {
        Random random = new Random(8);
        for (int round = 0; round < 1_000; round++) {
            Area area = box(random, 0);
            long count = 1;
            for (Area.AreaAxis axis : area.axes()) {
                count *= axis.count();
            }
            assertEquals(count, elements(area).size());
        }
    }

    @Test
    void oneSetOfElementsIsOneArea() {
        Area rows =
                new Area("m", 4, List.of(new Area.AreaAxis(3, 10), new Area.AreaAxis(2, 5), new Area.AreaAxis(5, 1)));
        assertEquals(Area.range("m", 4, 34), rows);
        Area nothing = new Area("m", 0, List.of(new Area.AreaAxis(3, 7), new Area.AreaAxis(0, 1)));
        assertEquals(Area.range("m", 0, 0), nothing);
    }

    @Test
    void columnsBesideEachOtherAreApart() {
        Area left = new Area("m", 0, List.of(new Area.AreaAxis(1_000_000, 24), new Area.AreaAxis(8, 1)));
        Area right = new Area("m", 8, List.of(new Area.AreaAxis(1_000_000, 24), new Area.AreaAxis(16, 1)));
        assertFalse(left.overlaps(right));
        assertTrue(left.overlaps(new Area("m", 7, right.axes())));
        assertTrue(left.overlaps(Area.range("m", 12_000, 12_030)));
        assertFalse(left.overlaps(Area.range("m", 12_008, 12_020)));
        assertFalse(left.overlaps(new Area("other", 0, left.axes())));
    }
}
