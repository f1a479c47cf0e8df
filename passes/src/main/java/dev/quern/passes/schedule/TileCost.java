package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import java.util.ArrayList;
import java.util.List;

/**
 * What a register tile costs, in cycles for one step of the reduction over all of a contraction, tails included, on a machine that
 * updates an accumulator a cycle.
 *
 * @param rows of the contraction
 * @param columns of the contraction
 * @param depth steps of the reduction
 * @param lanes of a vector
 * @param levelOneBytes the first-level data cache of a core
 */
record TileCost(long rows, long columns, long depth, int lanes, long levelOneBytes) {
    /** Accumulator updates in flight that hide the latency of one, at one a cycle. */
    private static final double LATENCY = 4;

    /** A tile with a smaller cost must be better by this factor than one that stands before it. */
    private static final double WORTH = 0.97;

    /** The tile whose columns and rows are held against the first-level cache. */
    private static final RegisterTile USUAL = new RegisterTile(12, 2);

    /** A vector of columns, beside the multiply-adds, where those of a tile do not stay in the first-level cache from tile to tile. */
    private static final double STREAMED = 2.7;

    /** A load of either operand, where these are all that is waited for. */
    private static final double LOAD = 1.2;

    /** What a step of the reduction costs beside its loads and multiply-adds. */
    private static final double STEP = 1;

    /** {@code tiles}, the cheapest first. */
    List<RegisterTile> ranked(List<RegisterTile> tiles) {
        List<RegisterTile> left = new ArrayList<>(tiles);
        List<RegisterTile> ranked = new ArrayList<>();
        while (!left.isEmpty()) {
            ranked.add(cheapest(left));
            left.remove(ranked.getLast());
        }
        return ranked;
    }

    /** The cheapest of {@code tiles}. */
    RegisterTile cheapest(List<RegisterTile> tiles) {
        RegisterTile best = null;
        double least = 0;
        for (RegisterTile tile : tiles) {
            double cost = of(tile);
            if (best == null || cost < least * WORTH) {
                best = tile;
                least = cost;
            }
        }
        return best;
    }

    /** The cost of {@code tile}. */
    double of(RegisterTile tile) {
        long panels = Math.ceilDiv(columns, (long) tile.vectors() * lanes);
        long whole = rows / tile.rows();
        long left = rows % tile.rows();
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

    /** A multiply-add of a vector takes a cycle; so do a vector of columns and a broadcast, beside it, and a little more. */
    private double cycles(int tileRows, int vectors) {
        double updates = (tileRows + (streams() ? STREAMED : 0)) * vectors;
        return STEP + Math.max(LATENCY, Math.max(updates, LOAD * (tileRows + vectors)));
    }

    private boolean streams() {
        long elements = depth * (USUAL.rows() + (long) USUAL.vectors() * lanes);
        return elements * Float.BYTES > levelOneBytes;
    }
}
