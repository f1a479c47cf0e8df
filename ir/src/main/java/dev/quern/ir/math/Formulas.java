package dev.quern.ir.math;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;

/** Short names for f32 and i32 expressions, for formulas to be read as such. */
final class Formulas {
    private Formulas() {}

    static Expr number(double value) {
        return Expr.Immediate.of((float) value);
    }

    static Expr number(int value) {
        return Expr.Immediate.of(value);
    }

    static Expr plus(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.ADD, left, right);
    }

    static Expr minus(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.SUB, left, right);
    }

    static Expr times(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }

    static Expr over(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.DIV, left, right);
    }

    static Expr min(Expr left, double right) {
        return new Expr.BinaryOperation(BinaryOp.MIN, left, number(right));
    }

    static Expr max(Expr left, double right) {
        return new Expr.BinaryOperation(BinaryOp.MAX, left, number(right));
    }

    static Expr fma(Expr a, Expr b, Expr c) {
        return new Expr.Fma(a, b, c);
    }

    static Expr negative(Expr operand) {
        return new Expr.UnaryOperation(UnaryOp.NEG, operand);
    }

    static Expr size(Expr operand) {
        return new Expr.UnaryOperation(UnaryOp.ABS, operand);
    }

    static Expr root(Expr operand) {
        return new Expr.UnaryOperation(UnaryOp.SQRT, operand);
    }

    static Expr when(CompareOp relation, Expr left, double right, Expr then, Expr otherwise) {
        return new Expr.Conditional(new Expr.Comparison(relation, left, number(right)), then, otherwise);
    }

    static Expr bits(Expr real) {
        return new Expr.Reinterpretation(DType.I32, real);
    }

    static Expr real(Expr bits) {
        return new Expr.Reinterpretation(DType.F32, bits);
    }

    static Expr and(Expr left, int right) {
        return new Expr.BinaryOperation(BinaryOp.AND, left, number(right));
    }

    static Expr or(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.OR, left, right);
    }

    static Expr left(Expr bits, int distance) {
        return new Expr.BinaryOperation(BinaryOp.SHIFT_LEFT, bits, number(distance));
    }

    static Expr right(Expr bits, int distance) {
        return new Expr.BinaryOperation(BinaryOp.SHIFT_RIGHT, bits, number(distance));
    }

    /** {@code size}, which has no sign, with the sign of {@code signed}. */
    static Expr withSign(Expr size, Expr signed) {
        return real(or(bits(size), and(bits(signed), Integer.MIN_VALUE)));
    }

    /** The polynomial in {@code x} with the given coefficients, lowest first, by Horner's rule. */
    static Expr polynomial(Expr x, double... coefficients) {
        Expr value = number(coefficients[coefficients.length - 1]);
        for (int i = coefficients.length - 2; i >= 0; i--) {
            value = fma(value, x, number(coefficients[i]));
        }
        return value;
    }
}
