package dev.quern.ir.cost;

import dev.quern.ir.kernel.Expr;

/** Arithmetic operations that an expression takes, whatever its type: a multiply-add two, every other function one. */
final class Arithmetic {
    private Arithmetic() {}

    /** Choices, comparisons, conversions and indices are no arithmetic. */
    static long of(Expr expression) {
        return switch (expression) {
            case Expr.Constant _, Expr.Load _, Expr.Index _ -> 0;
            case Expr.Unary unary -> 1 + of(unary.operand());
            case Expr.Binary binary -> 1 + of(binary.left()) + of(binary.right());
            case Expr.Fma fma -> 2 + of(fma.a()) + of(fma.b()) + of(fma.c());
            case Expr.Compare compare -> of(compare.left()) + of(compare.right());
            case Expr.Select select -> of(select.condition()) + of(select.then()) + of(select.otherwise());
            case Expr.Cast cast -> of(cast.operand());
            case Expr.Bitcast cast -> of(cast.operand());
        };
    }
}
