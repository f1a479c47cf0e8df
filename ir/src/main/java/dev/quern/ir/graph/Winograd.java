package dev.quern.ir.graph;

/**
 * The matrices of minimal filtering with windows of three taps: {@code tile} results of one axis from {@code tile + 2} operands by as many
 * products (Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016,
 * section 4). With {@code d} the operands of a tile and {@code w} the window, of two axes, the results are
 * {@code result * ((weights * w * weights^T) . (operand * d * operand^T)) * result^T}, {@code .} being the product element by element.
 *
 * <p>Terms cancel, so that results round as if operands were some ten times as large with a tile of 4, twice with one of 2; and what is
 * not finite among the operands, or overflows when some of them are added, spoils all results of its tile.
 *
 * @param tile results of a tile along an axis, 2 or 4
 */
public record Winograd(int tile) {
    /** Taps of a window along an axis. */
    public static final int TAPS = 3;

    private static final double[][] OPERAND_2 = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
    private static final double[][] WEIGHTS_2 = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
    private static final double[][] RESULT_2 = {{1, 1, 1, 0}, {0, 1, -1, -1}};

    private static final double[][] OPERAND_4 = {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    };
    private static final double[][] WEIGHTS_4 = {
        {1 / 4.0, 0, 0},
        {-1 / 6.0, -1 / 6.0, -1 / 6.0},
        {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0},
        {1 / 24.0, -1 / 12.0, 1 / 6.0},
        {0, 0, 1}
    };
    private static final double[][] RESULT_4 = {
        {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
    };

    public Winograd {
        AttributeRules.check(tile == 2 || tile == 4, "Winograd", "tile", "2 or 4", tile);
    }

    /** Operands of a tile along an axis, and products. */
    public int reach() {
        return tile + TAPS - 1;
    }

    /** Row by row, {@link #reach} by {@link #reach}. */
    public double[][] operand() {
        return copy(tile == 2 ? OPERAND_2 : OPERAND_4);
    }

    /** {@link #reach} by {@link #TAPS}. */
    public double[][] weights() {
        return copy(tile == 2 ? WEIGHTS_2 : WEIGHTS_4);
    }

    /** {@link #tile} by {@link #reach}. */
    public double[][] result() {
        return copy(tile == 2 ? RESULT_2 : RESULT_4);
    }

    private static double[][] copy(double[][] matrix) {
        double[][] rows = new double[matrix.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = matrix[i].clone();
        }
        return rows;
    }
}
