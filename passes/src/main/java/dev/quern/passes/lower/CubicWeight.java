package dev.quern.passes.lower;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.kernel.Expr;

/** The weights of cubic convolution interpolation (Keys 1981, equation 4) with coefficient {@code a}. */
final class CubicWeight {
    private CubicWeight() {}

    /** The weight of the element {@code tap} places (-1 … 2) from the one below, {@code fraction} above which the point lies. */
    static Expr of(double a, Expr fraction, int tap) {
        Expr distance = switch (tap) {
            case -1 -> add(fraction, 1);
            case 0 -> fraction;
            case 1 -> new Expr.BinaryOperation(BinaryOp.SUB, SourceCoordinate.number(1), fraction);
            default -> new Expr.BinaryOperation(BinaryOp.SUB, SourceCoordinate.number(2), fraction);
        };
        return tap == 0 || tap == 1
                ? add(times(times(add(times(distance, a + 2), -(a + 3)), distance), distance), 1)
                : add(times(add(times(add(times(distance, a), -5 * a), distance), 8 * a), distance), -4 * a);
    }

    private static Expr add(Expr value, double constant) {
        return new Expr.BinaryOperation(BinaryOp.ADD, value, SourceCoordinate.number(constant));
    }

    private static Expr times(Expr value, double constant) {
        return times(value, SourceCoordinate.number(constant));
    }

    private static Expr times(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }
}
