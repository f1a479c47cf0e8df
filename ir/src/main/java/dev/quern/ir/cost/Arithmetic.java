package dev.quern.ir.cost;

import dev.quern.DType;
import dev.quern.ir.kernel.Expr;

/**
 * Arithmetic operations that an expression takes, whatever its type: a multiply-add two, every other function one. Choices,
 * comparisons, conversions and indices are no arithmetic.
 *
 * @param all how many
 * @param wide those on elements of 64 bits
 */
record Arithmetic(long all, long wide) {
    private static final Arithmetic NONE = new Arithmetic(0, 0);
    private static final int WIDE_BITS = 64;

    static Arithmetic of(Expr expression) {
        int own = switch (expression) {
            case Expr.UnaryOperation _, Expr.BinaryOperation _ -> 1;
            case Expr.Fma _ -> 2;
            case Expr.Immediate _, Expr.Load _, Expr.Index _, Expr.Comparison _, Expr.Conditional _ -> 0;
            case Expr.Conversion _, Expr.Reinterpretation _ -> 0;
        };
        Arithmetic sum = NONE.and(own, expression.dtype());
        for (Expr operand : expression.operands()) {
            sum = sum.and(of(operand));
        }
        return sum;
    }

    /** Those of a statement that joins a value of {@code dtype} to an element. */
    Arithmetic andOne(DType dtype) {
        return and(1, dtype);
    }

    private Arithmetic and(Arithmetic other) {
        return new Arithmetic(all + other.all, wide + other.wide);
    }

    private Arithmetic and(long more, DType dtype) {
        return new Arithmetic(all + more, wide + (dtype.bits() >= WIDE_BITS ? more : 0));
    }
}
