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
        return switch (expression) {
            case Expr.Immediate _, Expr.Load _, Expr.Index _ -> NONE;
            case Expr.UnaryOperation unary -> of(unary.operand()).and(1, unary.dtype());
            case Expr.BinaryOperation binary ->
                of(binary.left()).and(of(binary.right())).and(1, binary.dtype());
            case Expr.Fma fma -> of(fma.a()).and(of(fma.b())).and(of(fma.c())).and(2, fma.dtype());
            case Expr.Comparison compare -> of(compare.left()).and(of(compare.right()));
            case Expr.Conditional select ->
                of(select.condition()).and(of(select.then())).and(of(select.otherwise()));
            case Expr.Conversion cast -> of(cast.operand());
            case Expr.Reinterpretation cast -> of(cast.operand());
        };
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
