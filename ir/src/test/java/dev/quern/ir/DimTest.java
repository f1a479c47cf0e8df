package dev.quern.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DimTest {
    private static final Dim I = Dim.symbol("i");
    private static final Dim J = Dim.symbol("j");
    private static final Dim N = Dim.symbol("n");

    @Test
    void equalPolynomialsAreEqual() {
        assertEquals(I.plus(J).times(I.minus(J)), I.times(I).minus(J.times(J)));
        assertEquals("i*i - j*j", I.times(I).minus(J.times(J)).toString());
    }

    @Test
    void quotientAndRemainderCancel() {
        Dim index = I.times(N).plus(J);
        assertEquals(index, N.times(index.floorDiv(N)).plus(index.mod(N)));
    }

    @Test
    void divisionTakesOutWholeMultiples() {
        assertEquals(I, I.times(12).floorDiv(Dim.of(12)));
        assertEquals(
                "floordiv(j, 4) + i", I.times(4).plus(J).floorDiv(Dim.of(4)).toString());
        assertEquals("floordiv(j, n) + i", I.times(N).plus(J).floorDiv(N).toString());
        assertEquals(I.floorDiv(Dim.of(24)), I.floorDiv(Dim.of(4)).floorDiv(Dim.of(6)));
        assertEquals("floordiv(i, 2)", I.times(2).plus(1).floorDiv(Dim.of(4)).toString());
    }

    @Test
    void divisionByASum() {
        Dim sum = I.plus(J);
        assertEquals(N, sum.times(N).floorDiv(sum));
        assertEquals("floordiv(n, i + j)", N.floorDiv(sum).toString());
        assertThrows(ArithmeticException.class, () -> N.floorDiv(Dim.ZERO));
    }

    @Test
    void coefficientsOfLinearSymbols() {
        assertEquals(Optional.of(N), I.times(N).plus(J).coefficient("i"));
        assertEquals(Optional.of(Dim.ZERO), N.coefficient("i"));
        assertEquals(Optional.empty(), I.times(I).coefficient("i"));
        assertEquals(Optional.empty(), I.floorDiv(N).coefficient("i"));
    }

    @Test
    void rangesDecideDivisions() {
        DimRanges ranges = DimRanges.NONE.with("i", N).with("j", Dim.of(16));
        Dim tiled = I.times(16).plus(J);
        assertEquals(I, ranges.simplify(tiled.floorDiv(Dim.of(16))));
        assertEquals(J, ranges.simplify(tiled.mod(Dim.of(16))));
        Dim heads = Dim.symbol("H");
        Dim depth = Dim.symbol("D");
        DimRanges inner = DimRanges.NONE.with("h", heads).with("d", depth);
        Dim merged = Dim.symbol("h").times(depth).plus(Dim.symbol("d"));
        assertEquals(Dim.symbol("h"), inner.simplify(merged.floorDiv(depth)));
        assertEquals(Dim.ZERO, inner.simplify(merged.floorDiv(heads.times(depth))));
    }

    @Test
    void rangesProveBounds() {
        DimRanges ranges = DimRanges.NONE.with("i", N);
        assertTrue(ranges.nonNegative(N.minus(1).minus(I)));
        assertFalse(ranges.nonNegative(N.minus(2).minus(I)));
        assertTrue(ranges.atMost(I, N));
        assertEquals(I, ranges.simplify(I.min(N)));
    }

    @Test
    void everyRewriteKeepsTheValue() {
        long seed = 20261122;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            Map<String, Long> values = new HashMap<>();
            for (String name : List.of("i", "j", "n")) {
                values.put(name, (long) random.nextInt(20) + (name.equals("n") ? 1 : 0));
            }
            long[] expected = new long[1];
            Dim dim = random(random, 4, values, expected);
            assertEquals(expected[0], dim.evaluate(values::get), () -> "seed " + seed + ": " + dim + " at " + values);
            DimRanges ranges =
                    DimRanges.NONE.with("i", Dim.of(20)).with("j", Dim.of(20)).atLeast("n", 1);
            assertEquals(
                    expected[0],
                    ranges.simplify(dim).evaluate(values::get),
                    () -> "seed " + seed + " simplified: " + dim + " at " + values);
        }
    }

    private static Dim random(Random random, int depth, Map<String, Long> values, long[] value) {
        if (depth == 0 || random.nextInt(5) == 0) {
            if (random.nextBoolean()) {
                value[0] = random.nextInt(-3, 9);
                return Dim.of(value[0]);
            }
            String name = List.of("i", "j", "n").get(random.nextInt(3));
            value[0] = values.get(name);
            return Dim.symbol(name);
        }
        long[] left = new long[1];
        long[] right = new long[1];
        Dim a = random(random, depth - 1, values, left);
        Dim b = random(random, depth - 1, values, right);
        switch (random.nextInt(7)) {
            case 0 -> {
                value[0] = left[0] + right[0];
                return a.plus(b);
            }
            case 1 -> {
                value[0] = left[0] - right[0];
                return a.minus(b);
            }
            case 2 -> {
                value[0] = left[0] * right[0];
                return a.times(b);
            }
            case 3 -> {
                value[0] = Math.min(left[0], right[0]);
                return a.min(b);
            }
            case 4 -> {
                value[0] = Math.max(left[0], right[0]);
                return a.max(b);
            }
            case 5 -> {
                long divisor = random.nextInt(1, 9);
                value[0] = Math.floorDiv(left[0], divisor);
                return a.floorDiv(Dim.of(divisor));
            }
            default -> {
                value[0] = Math.floorMod(left[0], values.get("n"));
                return a.mod(Dim.symbol("n"));
            }
        }
    }

    @Test
    void rangesThatRememberAreThoseThatWereMadeBeforeAndProveTheSame() {
        DimRanges remembering = DimRanges.remembering();
        DimRanges first = remembering.with("i", N).withUnknown("r").with("j", Dim.of(16));
        assertSame(first, remembering.with("i", N).withUnknown("r").with("j", Dim.of(16)));
        assertNotSame(first, remembering.with("i", N).withUnknown("r").with("j", Dim.of(15)));
        DimRanges forgetting = DimRanges.NONE.with("i", N).withUnknown("r").with("j", Dim.of(16));
        for (Dim dim : List.of(
                Dim.of(15).minus(Dim.symbol("j")),
                Dim.of(14).minus(Dim.symbol("j")),
                Dim.symbol("r"),
                N.minus(1).minus(Dim.symbol("i")))) {
            assertEquals(forgetting.nonNegative(dim), first.nonNegative(dim), dim.toString());
            assertEquals(forgetting.nonNegative(dim), first.nonNegative(dim), dim + ", asked again");
        }
    }
}
