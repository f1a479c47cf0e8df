package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;

/**
 * How a contraction is cut.
 *
 * @param tile what stays in registers
 * @param panel vectors of a panel of the packed operand; 0 if it is read as it is
 * @param tilesInBlock tiles of the rows that share a panel
 * @param bySize whether what does not fit the second-level cache is gone through once: blocks of rows pass a panel before the next where panels
 *     are large, else panels a block; the other way round if not
 * @param terms of the reduction that all tiles of a block go through before the next, while their accumulators are in memory; 0 for all at once
 */
record TilePoint(RegisterTile tile, int panel, int tilesInBlock, boolean bySize, int terms) {
    String label() {
        return tile
                + (panel == 0 ? "" : " packed by " + panel)
                + (bySize ? "" : ", other order")
                + (terms == 0 ? "" : ", " + terms + " terms")
                + (tilesInBlock == TileSpace.TILES_IN_BLOCK ? "" : ", blocks of " + tilesInBlock);
    }
}
