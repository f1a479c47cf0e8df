package dev.quern.ir.interpret.kernel;

import java.util.function.BinaryOperator;

/** What the lanes of a vector loop give to one reduction across them: the bits of the parts of a value each. */
final class LaneValues {
    private final long[][][] values;

    LaneValues(int lanes) {
        this.values = new long[lanes][][];
    }

    void give(int lane, long[][] value) {
        values[lane] = value;
    }

    /** Whether any lane gave a value; after {@link #join} it is in lane 0. */
    boolean any() {
        for (long[][] each : values) {
            if (each != null) {
                return true;
            }
        }
        return false;
    }

    long[][] first() {
        return values[0];
    }

    /** Joins the values in halves, as {@link dev.quern.ir.kernel.Stmt.ReduceInto} says. */
    void join(BinaryOperator<long[][]> combine) {
        int width = 1;
        while (width < values.length) {
            width *= 2;
        }
        for (int half = width / 2; half >= 1; half /= 2) {
            for (int lane = 0; lane < half && lane + half < values.length; lane++) {
                long[][] other = values[lane + half];
                if (other != null) {
                    values[lane] = values[lane] == null ? other : combine.apply(values[lane], other);
                }
            }
        }
    }
}
