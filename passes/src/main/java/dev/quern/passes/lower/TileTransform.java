package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * A small constant matrix times a vector of scalars, with few operations: neighbouring columns, and then rows, that are the same but for
 * signs share their sums and differences.
 */
final class TileTransform {
    private final Sketch sketch;
    private final DType type;
    private final List<Buffer> scalars = new ArrayList<>();
    private final List<Stmt> steps = new ArrayList<>();

    TileTransform(Sketch sketch, DType type) {
        this.sketch = sketch;
        this.type = type;
    }

    /** A scalar that is {@code value}. */
    Expr held(Expr value) {
        Buffer scalar = sketch.scalar("t", type);
        scalars.add(scalar);
        steps.add(Sketch.write(scalar.name(), value));
        return Sketch.read(scalar.name(), type);
    }

    /** Something is done. */
    void step(Stmt statement) {
        steps.add(statement);
    }

    /** All so far, in order. */
    Stmt statement() {
        return RowPasses.with(scalars, steps);
    }

    /** {@code matrix * x}. */
    List<Expr> times(double[][] matrix, List<Expr> x) {
        List<Expr> operands = new ArrayList<>(x);
        double[][] factors = new double[matrix.length][];
        for (int row = 0; row < matrix.length; row++) {
            factors[row] = matrix[row].clone();
        }
        for (int column = 0; column + 1 < x.size(); column++) {
            if (areAlike(factors, column)) {
                pair(factors, column, operands);
                column++;
            }
        }
        List<Expr> results = new ArrayList<>();
        for (int row = 0; row < factors.length; row++) {
            boolean isPair = row + 1 < factors.length && areAlike(factors[row], factors[row + 1]);
            if (isPair) {
                Expr even = held(sum(part(factors[row], factors[row + 1], 1), operands));
                Expr odd = held(sum(part(factors[row], factors[row + 1], -1), operands));
                results.add(new Expr.BinaryOperation(BinaryOp.ADD, even, odd));
                results.add(new Expr.BinaryOperation(BinaryOp.SUB, even, odd));
                row++;
            } else {
                results.add(sum(factors[row], operands));
            }
        }
        return results;
    }

    /** Whether columns {@code column} and the next differ in signs at most, and some of them do. */
    private static boolean areAlike(double[][] factors, int column) {
        double[] left = new double[factors.length];
        double[] right = new double[factors.length];
        for (int row = 0; row < factors.length; row++) {
            left[row] = factors[row][column];
            right[row] = factors[row][column + 1];
        }
        return areAlike(left, right);
    }

    private static boolean areAlike(double[] left, double[] right) {
        boolean same = false;
        boolean opposite = false;
        for (int i = 0; i < left.length; i++) {
            if (Math.abs(left[i]) != Math.abs(right[i])) {
                return false;
            }
            same |= left[i] != 0 && left[i] == right[i];
            opposite |= left[i] != 0 && left[i] == -right[i];
        }
        return same && opposite;
    }

    /** Sum and difference take the places of two operands. */
    private void pair(double[][] factors, int column, List<Expr> operands) {
        Expr left = operands.get(column);
        Expr right = operands.get(column + 1);
        operands.set(column, held(new Expr.BinaryOperation(BinaryOp.ADD, left, right)));
        operands.set(column + 1, held(new Expr.BinaryOperation(BinaryOp.SUB, left, right)));
        for (double[] row : factors) {
            boolean isSum = row[column] == row[column + 1];
            double factor = row[column];
            row[column] = isSum ? factor : 0;
            row[column + 1] = isSum ? 0 : factor;
        }
    }

    /** The factors that {@code row} has in common with {@code other}, up to {@code sign}. */
    private static double[] part(double[] row, double[] other, int sign) {
        double[] part = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            part[i] = row[i] == sign * other[i] ? row[i] : 0;
        }
        return part;
    }

    /** Terms that are added come first. */
    private Expr sum(double[] factors, List<Expr> operands) {
        Expr sum = null;
        for (int sign : new int[] {1, -1}) {
            for (int i = 0; i < factors.length; i++) {
                if (factors[i] * sign > 0) {
                    Expr term = scaled(Math.abs(factors[i]), operands.get(i));
                    if (sum != null) {
                        sum = new Expr.BinaryOperation(sign > 0 ? BinaryOp.ADD : BinaryOp.SUB, sum, term);
                    } else {
                        sum = sign > 0 ? term : scaled(factors[i], operands.get(i));
                    }
                }
            }
        }
        return sum == null ? ScalarTerms.number(0, type) : sum;
    }

    private Expr scaled(double factor, Expr operand) {
        return factor == 1 ? operand : RowPasses.times(ScalarTerms.number(factor, type), operand);
    }
}
