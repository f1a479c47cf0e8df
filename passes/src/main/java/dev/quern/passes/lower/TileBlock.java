package dev.quern.passes.lower;

import dev.quern.ir.Dim;

/**
 * Tiles of an image that are gone through together. Several rows of them are equally long, so that where a tile lies follows from constants.
 *
 * @param rows of tiles
 * @param columns of tiles
 */
record TileBlock(long rows, long columns) {
    private static final long MOST_TILES = 48;

    /** What is taken where the image's size is not known. */
    private static final TileBlock USUAL = new TileBlock(1, 24);

    /** Rows of the register tiles that products like best, and what a row costs in the smaller ones that are left for the rest. */
    private static final long[] TILE_ROWS = {12, 14};

    private static final long SMALL_TILE = 4;
    private static final double IN_SMALL_TILE = 1.6;
    private static final double ALONE = 3.3;

    /** Bytes that stay in the second-level cache beside others. */
    private static final double KEPT = 1 << 20;

    /** Bytes from beyond it in the time of a multiply-add. */
    private static final double BYTES = 0.2;

    /**
     * The block that takes the least time.
     *
     * @param down tiles of the image along its first axis
     * @param across tiles along its second
     * @param positions of a tile
     * @param channels of the operand
     * @param results channels of the result
     */
    static TileBlock of(Dim down, Dim across, long positions, Dim channels, Dim results) {
        if (!down.isConstant() || !across.isConstant() || !channels.isConstant() || !results.isConstant()) {
            return USUAL;
        }
        TileBlock best = null;
        double least = Double.POSITIVE_INFINITY;
        for (long rows = 1; rows <= Math.min(MOST_TILES, down.constant()); rows++) {
            for (long columns = 1; columns <= Math.min(MOST_TILES / rows, across.constant()); columns++) {
                if (rows > 1 && across.constant() % columns != 0) {
                    continue;
                }
                TileBlock block = new TileBlock(rows, columns);
                double cost = block.cost(
                        down.constant(), across.constant(), positions, channels.constant(), results.constant());
                if (cost < least) {
                    best = block;
                    least = cost;
                }
            }
        }
        return best == null ? new TileBlock(1, 1) : best;
    }

    /** In multiply-adds. */
    private double cost(long down, long across, long positions, double channels, double results) {
        double steps = Double.POSITIVE_INFINITY;
        for (long tile : TILE_ROWS) {
            steps = Math.min(steps, rowSteps(down, across, tile));
        }
        double weights = positions * channels * results * Float.BYTES;
        double scratch = positions * rows * columns * (channels + results) * Float.BYTES;
        double blocks = (double) Math.ceilDiv(down, rows) * Math.ceilDiv(across, columns);
        double moved = (weights > KEPT ? weights * blocks : weights) + (scratch > KEPT ? 2 * scratch * blocks : 0);
        return steps * positions * channels * results + moved / BYTES;
    }

    /** Rows of all products, those that are left by whole register tiles taken for as many as they cost. */
    private double rowSteps(long down, long across, long tile) {
        long lastRows = down % rows;
        long lastColumns = across % columns;
        double whole = down
                / rows
                * ((across / columns) * rowSteps(rows * columns, tile) + rowSteps(rows * lastColumns, tile));
        return whole + (across / columns) * rowSteps(lastRows * columns, tile) + rowSteps(lastRows * lastColumns, tile);
    }

    private static double rowSteps(long tiles, long tile) {
        long left = tiles % tile;
        return (tiles - left) + (left - left % SMALL_TILE) * IN_SMALL_TILE + left % SMALL_TILE * ALONE;
    }
}
