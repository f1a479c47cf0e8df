package dev.quern.ir.backend;

/**
 * A register tile of a contraction: {@code rows} broadcast operands times {@code vectors} of columns, an accumulator each.
 *
 * @param rows elements along the rows' axis
 * @param vectors vectors along the columns' axis
 */
public record RegisterTile(int rows, int vectors) {
    /** Accumulators, a vector of each operand's columns, and a broadcast. */
    public int registers() {
        return rows * vectors + vectors + 1;
    }

    @Override
    public String toString() {
        return rows + "x" + vectors;
    }
}
