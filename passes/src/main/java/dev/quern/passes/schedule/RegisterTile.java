package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * A register tile of a contraction: {@code rows} broadcast operands times {@code vectors} of columns, an accumulator each.
 *
 * @param rows elements along the rows' axis
 * @param vectors vectors along the columns' axis
 */
record RegisterTile(int rows, int vectors) {
    /** Tiles measured at 0.95 of the multiply-add peak or better with 32 registers, the steadiest first; then those for 16. */
    private static final List<RegisterTile> MENU = List.of(
            new RegisterTile(12, 2),
            new RegisterTile(6, 4),
            new RegisterTile(14, 2),
            new RegisterTile(8, 3),
            new RegisterTile(7, 3),
            new RegisterTile(8, 2),
            new RegisterTile(14, 1),
            new RegisterTile(12, 1),
            new RegisterTile(4, 4),
            new RegisterTile(6, 2),
            new RegisterTile(4, 3),
            new RegisterTile(7, 1),
            new RegisterTile(4, 2),
            new RegisterTile(2, 4),
            new RegisterTile(4, 1),
            new RegisterTile(1, 8),
            new RegisterTile(1, 4),
            new RegisterTile(1, 2),
            new RegisterTile(1, 1));

    /** Accumulator updates in flight that hide the latency of one, at one a cycle. */
    private static final double LATENCY = 4;

    /** A tile with a smaller cost must be better by this factor than one that stands before it in the menu. */
    private static final double WORTH = 0.97;

    /** The cheapest tile for {@code m} rows and {@code n} columns. */
    static RegisterTile choose(long m, long n, int lanes, Target.Host target) {
        RegisterTile best = null;
        double least = 0;
        for (RegisterTile tile : fitting(target)) {
            double cost = tile.cost(m, n, lanes);
            if (best == null || cost < least * WORTH) {
                best = tile;
                least = cost;
            }
        }
        return best;
    }

    private static List<RegisterTile> fitting(Target.Host target) {
        List<RegisterTile> fitting = new ArrayList<>();
        for (RegisterTile tile : MENU) {
            if (tile.rows * tile.vectors + tile.vectors + 1 <= target.vectorRegisters()) {
                fitting.add(tile);
            }
        }
        return fitting;
    }

    /** Cycles for one step of the reduction over all of {@code m × n}, tails included. */
    private double cost(long m, long n, int lanes) {
        long panels = Math.ceilDiv(n, (long) vectors * lanes);
        long whole = m / rows;
        long left = m % rows;
        double cycles =
                whole * cycles(rows) + (left / tailRows()) * cycles(tailRows()) + (left % tailRows()) * cycles(1);
        return panels * cycles;
    }

    /** Rows of the tiles that what {@link #rows} leaves is cut into, before single rows. */
    int tailRows() {
        return rows > 4 ? 4 : 1;
    }

    /** A multiply-add of a vector and a load of a vector take a cycle each, a broadcast half. */
    private double cycles(int tileRows) {
        return Math.max(LATENCY, Math.max((double) tileRows * vectors, vectors + tileRows / 2.0));
    }
}
