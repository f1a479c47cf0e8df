package dev.quern.ir.interpret.kernel;

import java.util.function.DoubleBinaryOperator;

/** What the lanes of a vector loop give to one reduction across them. */
final class LaneValues {
    private final double[] values;
    private final boolean[] given;

    LaneValues(int lanes) {
        this.values = new double[lanes];
        this.given = new boolean[lanes];
    }

    void give(int lane, double value) {
        values[lane] = value;
        given[lane] = true;
    }

    /** Whether any lane gave a value; after {@link #join} it is in lane 0. */
    boolean any() {
        for (boolean each : given) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    double first() {
        return values[0];
    }

    /** Joins the values in halves, as {@link dev.quern.ir.kernel.Stmt.Reduce} says. */
    void join(DoubleBinaryOperator combine) {
        int width = 1;
        while (width < values.length) {
            width *= 2;
        }
        for (int half = width / 2; half >= 1; half /= 2) {
            for (int lane = 0; lane < half && lane + half < values.length; lane++) {
                if (given[lane + half]) {
                    double other = values[lane + half];
                    give(lane, given[lane] ? combine.applyAsDouble(values[lane], other) : other);
                }
            }
        }
    }
}
