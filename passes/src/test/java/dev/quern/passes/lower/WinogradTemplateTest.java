package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.Parser;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.Differential;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Kernels of minimal filtering, as drawn and as scheduled. */
class WinogradTemplateTest {
    private static String graph(String x, int channels, int columns, int tile, String y, String border) {
        int products = (tile + 2) * (tile + 2);
        return """
                graph g(%%x: f32[%s, %d], %%u: f32[%d, %d, %d]) {
                  %%c: f32[%s, %d] = convolve_winograd(%%x, %%u) {extents = [3, 3], strides = [1, 1], dilations = [1, 1], %s, tile = %d}
                  %%y: f32[%s, %d] = tanh(%%c)
                  return %%y
                }
                """.formatted(x, channels, products, channels, columns, y, columns, border, tile, y, columns);
    }

    @Test
    void tilesAreWholeOrCutWithinBorders() {
        for (int tile : new int[] {2, 4}) {
            Differential.check(
                    graph("2, 9, 11", 5, 7, tile, "2, 9, 11", "before = [1, 1], after = [1, 1]"), Map.of("n", 1L));
            Differential.check(
                    graph("1, 14, 10", 20, 33, tile, "1, 12, 8", "before = [0, 0], after = [0, 0]"), Map.of("n", 1L));
            Differential.check(
                    graph("1, 3, 4", 3, 2, tile, "1, 4, 2", "before = [2, 0], after = [1, 0]"), Map.of("n", 1L));
        }
    }

    @Test
    void sizesMayBeKnownInTime() {
        Differential.check(
                graph("n, h, 30", 3, 4, 4, "n, h, 30", "before = [1, 1], after = [1, 1]"), Map.of("n", 2L, "h", 7L));
        Differential.check(graph("1, 6, w", 3, 4, 2, "1, 6, w", "before = [1, 1], after = [1, 1]"), Map.of("w", 61L));
    }

    /** The product is in tiles and all that is done to vectors in sections: nothing is left as the template drew it. */
    @Test
    void blocksAreInParallelAndChannelsInLanes() {
        Stmt body = scheduled(56, 32).scheduled().body();
        assertTrue(body instanceof Stmt.For loop && loop.kind() == LoopKind.PARALLEL, "no blocks in parallel");
    }

    @Test
    void whatAThreadDoesIsInLanesHoweverFewBlocksThereAre() {
        for (int extent : new int[] {8, 14, 20, 28, 56}) {
            ProgramStep.RunKernel step = scheduled(extent, 32);
            int[] counts = new int[2];
            step.scheduled().body().walk(part -> {
                counts[0] += part instanceof Stmt.Section(String _, Realisation.OwnUnit _, Stmt _) ? 1 : 0;
                counts[1] +=
                        part instanceof Stmt.For loop && loop.kind() == LoopKind.SERIAL && !hasInside(loop) ? 1 : 0;
            });
            assertTrue(counts[0] >= 4, extent + ": " + counts[0] + " sections");
            assertEquals(0, counts[1], extent + ": loops over single elements");
        }
    }

    /** Blocks at the border are shorter; the work is then no less than what the products alone take. */
    @Test
    void theWorkIsKnownForWholeAndForCutBlocks() {
        for (int extent : new int[] {13, 40, 56, 157, 160}) {
            Dim work = scheduled(extent, 32).work();
            long tiles = (extent + 3) / 4 * ((extent + 3) / 4);
            assertTrue(work.constant() >= 2 * tiles * 36 * 32 * 32, extent + ": " + work);
            assertTrue(work.constant() <= 8 * tiles * 36 * 32 * 32, extent + ": " + work);
        }
    }

    private static ProgramStep.RunKernel scheduled(int extent, int channels) {
        String size = "1, " + extent + ", " + extent;
        String text = graph(size, channels, channels, 4, size, "before = [1, 1], after = [1, 1]");
        ProgramStep.RunKernel step = (ProgramStep.RunKernel)
                Compiler.compile(Parser.parseGraph(text), Hosts.vectors(512, 32, 2), new CompileOptions(true))
                        .steps()
                        .getFirst();
        assertEquals("winograd", step.kernel().template());
        return step;
    }

    private static boolean hasInside(Stmt.For loop) {
        boolean[] found = {false};
        loop.body().walk(part -> found[0] |= part instanceof Stmt.For || part instanceof Stmt.Section);
        return found[0];
    }

    @Test
    void blocksOfSeveralRowsAreEquallyLong() {
        for (long down = 1; down < 40; down++) {
            for (long across = 1; across < 70; across += 3) {
                TileBlock block = TileBlock.of(Dim.of(down), Dim.of(across), 36, Dim.of(64), Dim.of(64));
                assertTrue(block.rows() * block.columns() <= 48, block::toString);
                assertTrue(block.rows() == 1 || across % block.columns() == 0, block::toString);
            }
        }
        assertFalse(TileBlock.of(Dim.symbol("h"), Dim.of(3), 36, Dim.of(64), Dim.of(64))
                        .columns()
                < 1);
    }
}
