package dev.quern.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DimProofTest {
    private static final Dim M = Dim.symbol("m");
    private static final Dim N = Dim.symbol("n");
    private static final Dim P = Dim.symbol("p");
    private static final Dim I = Dim.symbol("i");
    private static final Dim O = Dim.symbol("o");

    @Test
    void aPeeledTileStaysInside() {
        Dim tiles = M.floorDiv(Dim.of(12));
        DimRanges ranges = DimRanges.NONE.with("o", tiles).with("i", Dim.of(12));
        assertTrue(ranges.nonNegative(M.minus(1).minus(O.times(12).plus(I))));
        assertFalse(ranges.nonNegative(M.minus(2).minus(O.times(12).plus(I))));
    }

    @Test
    void aTileOfAClampedBlockStaysInsideTheBlock() {
        Dim left = Dim.of(96).min(M.minus(P.times(96)));
        Dim tiles = left.floorDiv(Dim.of(12));
        DimRanges ranges =
                DimRanges.NONE.with("p", M.ceilDiv(Dim.of(96))).with("o", tiles).with("i", Dim.of(12));
        assertTrue(ranges.nonNegative(Dim.of(95).minus(O.times(12).plus(I))));
        assertTrue(ranges.nonNegative(left.minus(1)), "a clamped block is never empty");
    }

    @Test
    void aClampedSliceIsNoLongerThanItsBounds() {
        Dim length = Dim.of(23).min(M).minus(Dim.of(22).min(M));
        assertTrue(DimRanges.NONE.nonNegative(Dim.of(1).minus(length)));
        assertTrue(DimRanges.NONE.nonNegative(length));
        assertFalse(DimRanges.NONE.nonNegative(length.minus(1)), "nothing is left of 22 elements");
        Dim wider = Dim.of(40).min(M).minus(Dim.of(22).min(M));
        assertFalse(DimRanges.NONE.nonNegative(Dim.of(17).minus(wider)));
        assertTrue(DimRanges.NONE.nonNegative(Dim.of(18).minus(wider)));
    }

    @Test
    void aFusedLoopSplitsIntoItsParts() {
        DimRanges ranges = DimRanges.NONE.with("p", M.times(N));
        Dim row = P.floorDiv(N);
        Dim column = P.mod(N);
        assertTrue(ranges.nonNegative(column));
        assertTrue(ranges.nonNegative(N.minus(1).minus(column)));
        assertTrue(ranges.nonNegative(row));
        assertEquals(row, ranges.simplify(row.times(N).plus(column).floorDiv(N)));
        DimRanges constant = DimRanges.NONE.with("p", M.times(7));
        assertTrue(constant.nonNegative(M.minus(1).minus(P.floorDiv(Dim.of(7)))));
    }

    @Test
    void divisionsOfSplitIndicesSimplify() {
        DimRanges ranges = DimRanges.NONE.with("o", M).with("i", Dim.of(16));
        Dim index = O.times(16).plus(I);
        assertEquals(O, ranges.simplify(index.floorDiv(Dim.of(16))));
        assertEquals(I, ranges.simplify(index.mod(Dim.of(16))));
        assertEquals(O.floorDiv(Dim.of(4)), ranges.simplify(index.floorDiv(Dim.of(64))));
        assertEquals(O.mod(Dim.of(4)).times(16).plus(I), ranges.simplify(index.mod(Dim.of(64))));
    }

    @Test
    void anUnknownSymbolProvesNothing() {
        assertTrue(DimRanges.NONE.nonNegative(M));
        assertFalse(DimRanges.NONE.withUnknown("m").nonNegative(M));
    }

    /** Whatever is proved or simplified holds at every point of small ranges. */
    @Test
    void proofsAndSimplificationsAreSound() {
        long seed = Long.getLong("quern.seed", 20251122L);
        Random random = new Random(seed);
        int proved = 0;
        for (int round = 0; round < 3000; round++) {
            Dim outer = Dim.of(1 + random.nextInt(6));
            Dim inner = random.nextBoolean()
                    ? Dim.of(1 + random.nextInt(6))
                    : Dim.of(1 + random.nextInt(4)).min(M.minus(O));
            DimRanges ranges = DimRanges.NONE.with("o", outer).with("i", inner);
            Dim dim = random(random, 3);
            boolean claim = ranges.nonNegative(dim);
            Dim simple = ranges.simplify(dim);
            proved += claim ? 1 : 0;
            for (long m = 0; m < 9; m++) {
                for (long o = 0; o < outer.constant(); o++) {
                    Map<String, Long> values = new HashMap<>(Map.of("m", m, "o", o));
                    long extent = inner.evaluate(values::get);
                    for (long i = 0; i < extent; i++) {
                        values.put("i", i);
                        long value = dim.evaluate(values::get);
                        String where =
                                dim + " at " + values + ", inner " + inner + ", seed " + seed + ", round " + round;
                        assertTrue(!claim || value >= 0, where);
                        assertEquals(value, simple.evaluate(values::get), () -> where + " simplified to " + simple);
                    }
                }
            }
        }
        assertTrue(proved > 300, proved + " proofs");
    }

    private static Dim random(Random random, int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return random.nextInt(3) == 0
                    ? Dim.of(random.nextInt(9) - 3)
                    : List.of(M, O, I).get(random.nextInt(3));
        }
        Dim left = random(random, depth - 1);
        return switch (random.nextInt(7)) {
            case 0, 1 -> left.plus(random(random, depth - 1));
            case 2 -> left.minus(random(random, depth - 1));
            case 3 -> left.times(1 + random.nextInt(12));
            case 4 -> left.floorDiv(Dim.of(1 + random.nextInt(12)));
            case 5 -> left.min(random(random, depth - 1));
            default -> left.max(random(random, depth - 1));
        };
    }
}
