package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import java.util.List;

/** What a register tile costs, in cycles for one step of the reduction over all of a contraction, tails included. */
final class TileCost {
    private TileCost() {}

    /** Accumulator updates in flight that hide the latency of one, at one a cycle. */
    private static final double LATENCY = 4;

    /** A tile with a smaller cost must be better by this factor than one that stands before it. */
    private static final double WORTH = 0.97;

    /** The cheapest of {@code tiles} for {@code m} rows and {@code n} columns. */
    static RegisterTile cheapest(List<RegisterTile> tiles, long m, long n, int lanes) {
        RegisterTile best = null;
        double least = 0;
        for (RegisterTile tile : tiles) {
            double cost = of(tile, m, n, lanes);
            if (best == null || cost < least * WORTH) {
                best = tile;
                least = cost;
            }
        }
        return best;
    }

    private static double of(RegisterTile tile, long m, long n, int lanes) {
        long panels = Math.ceilDiv(n, (long) tile.vectors() * lanes);
        long whole = m / tile.rows();
        long left = m % tile.rows();
        int tail = tailRows(tile);
        double cycles = whole * cycles(tile.rows(), tile.vectors())
                + (left / tail) * cycles(tail, tile.vectors())
                + (left % tail) * cycles(1, tile.vectors());
        return panels * cycles;
    }

    /** Rows of the tiles that what whole tiles leave is cut into, before single rows. */
    static int tailRows(RegisterTile tile) {
        return tile.rows() > 4 ? 4 : 1;
    }

    /** A multiply-add of a vector and a load of a vector take a cycle each, a broadcast half. */
    private static double cycles(int rows, int vectors) {
        return Math.max(LATENCY, Math.max((double) rows * vectors, vectors + rows / 2.0));
    }
}
