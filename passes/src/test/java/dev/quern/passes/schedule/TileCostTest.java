package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.RegisterTile;
import java.util.List;
import org.junit.jupiter.api.Test;

class TileCostTest {
    private static final int LANES = 16;
    private static final long LEVEL_ONE = 48 << 10;
    private static final List<RegisterTile> TILES = List.of(
            new RegisterTile(12, 2),
            new RegisterTile(6, 4),
            new RegisterTile(14, 2),
            new RegisterTile(7, 3),
            new RegisterTile(14, 1));

    private static RegisterTile cheapest(long rows, long columns, long depth) {
        return new TileCost(rows, columns, depth, LANES, LEVEL_ONE).cheapest(TILES);
    }

    @Test
    void columnsThatDoNotStayInTheCacheAreLoadedForManyRows() {
        assertEquals(new RegisterTile(14, 2), cheapest(14, 256, 9 * 256));
        assertEquals(new RegisterTile(7, 3), cheapest(7, 512, 9 * 512));
        assertEquals(new RegisterTile(12, 2), cheapest(128, 1536, 384));
    }

    @Test
    void columnsThatStayInTheCacheCostLittle() {
        assertEquals(new RegisterTile(12, 2), cheapest(128, 1024, 256));
        TileCost deep = new TileCost(6, 64, 4096, LANES, LEVEL_ONE);
        TileCost shallow = new TileCost(6, 64, 64, LANES, LEVEL_ONE);
        assertTrue(deep.of(new RegisterTile(6, 4)) > shallow.of(new RegisterTile(6, 4)));
    }

    @Test
    void singleRowsAreDear() {
        TileCost of = new TileCost(15, 32, 384, LANES, LEVEL_ONE);
        TileCost without = new TileCost(14, 32, 384, LANES, LEVEL_ONE);
        RegisterTile tile = new RegisterTile(14, 2);
        assertTrue(of.of(tile) - without.of(tile) > 4, "a row alone loads the columns as fourteen do");
    }
}
