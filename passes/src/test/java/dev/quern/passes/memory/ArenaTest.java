package dev.quern.passes.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Blocks needed in one step lie apart, in no more room than either way of laying them takes. */
class ArenaTest {
    private static final Dim BATCH = Dim.symbol("b");
    private static final Dim ROWS = Dim.symbol("s");

    private static long size(Arena.ArenaPlan plan, long symbol) {
        return plan.size().evaluate(name -> symbol);
    }

    /** Elements needed in the step that needs most. */
    private static long atOnce(List<Arena.ArenaBlock> blocks, ToLongFunction<String> symbols) {
        return blocks.stream()
                .mapToLong(at -> blocks.stream()
                        .filter(other -> other.first() <= at.first() && at.first() <= other.last())
                        .mapToLong(other -> other.size().evaluate(symbols))
                        .sum())
                .max()
                .orElse(0);
    }

    private static void check(Arena.ArenaPlan plan, List<Arena.ArenaBlock> blocks, ToLongFunction<String> symbols) {
        long limit = plan.size().evaluate(symbols);
        for (Arena.ArenaBlock block : blocks) {
            long from = plan.offsets().get(block).evaluate(symbols);
            long to = from + block.size().evaluate(symbols);
            assertTrue(from >= 0 && to <= limit && from % Arena.ALIGNMENT == 0, from + " to " + to + " of " + limit);
            for (Arena.ArenaBlock other : blocks) {
                long begins = plan.offsets().get(other).evaluate(symbols);
                long ends = begins + other.size().evaluate(symbols);
                boolean apart = from == to || begins == ends || to <= begins || ends <= from;
                assertTrue(block == other || !block.meets(other) || apart, "[" + from + ", " + to + ") and [" + begins);
            }
        }
    }

    private static Dim random(Random random, int units) {
        Dim factor = Dim.of(1 + random.nextInt(400));
        return switch (random.nextInt(units)) {
            case 0 -> factor;
            case 1 -> factor.times(BATCH);
            case 2 -> factor.times(BATCH).times(ROWS);
            case 3 -> factor.times(ROWS).plus(factor.times(BATCH));
            default -> factor.times(ROWS).plus(3);
        };
    }

    @Test
    void blocksNeededTogetherLieApart() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            Arena arena = new Arena();
            List<Arena.ArenaBlock> blocks = new ArrayList<>();
            int units = 1 + random.nextInt(5);
            for (int step = 0; step < 40; step++) {
                Arena.ArenaBlock block = arena.take(random(random, units), step, step + random.nextInt(6));
                if (random.nextInt(4) == 0) {
                    arena.extend(block, block.last() + random.nextInt(9));
                }
                blocks.add(block);
            }
            for (Arena.ArenaPlan plan : List.of(arena.plan(), ArenaSlots.of(blocks), ArenaPacking.of(blocks))) {
                for (long symbol : new long[] {0, 1, 2, 7, 16, 100}) {
                    check(plan, blocks, name -> name.equals("b") ? symbol : symbol + 1);
                }
            }
            for (long symbol : new long[] {1, 16, 64, 512}) {
                long size = size(arena.plan(), symbol);
                assertTrue(size <= size(ArenaSlots.of(blocks), symbol), "at " + symbol);
                assertTrue(size >= atOnce(blocks, name -> symbol), "at " + symbol);
            }
        }
    }

    /** A slot as large as the largest value that it ever holds would take 12 times the unit here. */
    @Test
    void aBlockLiesWhereAnotherOnlyPartlyDid() {
        for (Dim unit : List.of(Dim.of(16), BATCH.times(16), BATCH.times(ROWS).times(48))) {
            Arena arena = new Arena();
            List<Arena.ArenaBlock> blocks = List.of(
                    arena.take(unit.times(8), 0, 1),
                    arena.take(unit.times(2), 1, 4),
                    arena.take(unit.times(4), 2, 3),
                    arena.take(unit.times(4), 3, 4));
            Arena.ArenaPlan plan = arena.plan();
            assertEquals(unit.times(10), plan.size());
            check(plan, blocks, name -> 5);
        }
    }

    @Test
    void nothingTakesNoRoom() {
        Arena arena = new Arena();
        assertEquals(Dim.ZERO, arena.plan().size());
        Arena.ArenaBlock empty = arena.take(Dim.ZERO, 0, 3);
        Arena.ArenaBlock block = arena.take(Dim.of(5), 1, 2);
        assertEquals(Dim.of(16), arena.plan().size());
        check(arena.plan(), List.of(empty, block), name -> 1);
    }
}
