package dev.quern.ir.verify;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import java.util.List;

/** The rules of expressions in a kernel: names, indices and types. */
final class ExpressionRules {
    void check(Expr expression, KernelScope scope) {
        switch (expression) {
            case Expr.Immediate(DType dtype, long _) ->
                scope.require(dtype.kind() != DType.Kind.TEXT, "type of a constant", "a number or boolean", dtype);
            case Expr.Load(String name, List<Dim> indices, DType dtype) -> {
                Buffer buffer = scope.element(name, indices);
                scope.require(dtype == buffer.dtype(), "type of the load from " + name, buffer.dtype(), dtype);
            }
            case Expr.Index(Dim index, DType dtype) -> {
                scope.checkNames(index);
                scope.require(isNumber(dtype), "type of index(" + index + ")", "a number", dtype);
            }
            case Expr.UnaryOperation(UnaryOp function, Expr operand) -> {
                check(operand, scope);
                checkUnary(function, operand.dtype(), scope);
            }
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> {
                check(left, scope);
                check(right, scope);
                checkBinary(function, left.dtype(), scope);
            }
            case Expr.Comparison(var _, Expr left, Expr right) -> {
                check(left, scope);
                check(right, scope);
            }
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) -> {
                check(condition, scope);
                check(then, scope);
                check(otherwise, scope);
            }
            case Expr.Fma(Expr a, Expr b, Expr c) -> {
                check(a, scope);
                check(b, scope);
                check(c, scope);
                scope.require(isNumber(a.dtype()), "operands of FMA", "numbers", a.dtype());
            }
            case Expr.Conversion(DType dtype, Expr operand) -> {
                check(operand, scope);
                scope.require(isScalar(dtype), "target of a cast", "a real number or boolean", dtype);
                scope.require(
                        isScalar(operand.dtype()), "operand of a cast", "a real number or boolean", operand.dtype());
            }
            case Expr.Reinterpretation(DType dtype, Expr operand) -> {
                check(operand, scope);
                scope.require(
                        dtype.bits() == operand.dtype().bits(),
                        "width of a bitcast to " + dtype,
                        operand.dtype().bits() + " bits",
                        dtype.bits() + " bits");
            }
        }
    }

    static boolean isNumber(DType dtype) {
        return dtype.isFloat() || dtype.isInteger();
    }

    /** Whether {@code and} and {@code or} take values of {@code dtype}. */
    static boolean isLogical(DType dtype) {
        return dtype == DType.BOOL || dtype.isInteger();
    }

    private static boolean isScalar(DType dtype) {
        return isNumber(dtype) || dtype == DType.BOOL;
    }

    private static void checkUnary(UnaryOp function, DType dtype, KernelScope scope) {
        switch (function) {
            case NOT -> scope.require(dtype == DType.BOOL, "operand of NOT", "a boolean", dtype);
            case BIT_NOT -> scope.require(dtype.isInteger(), "operand of BIT_NOT", "an integer", dtype);
            case NEG, ABS, SIGN, FLOOR, CEIL, ROUND, IS_NAN, IS_INF ->
                scope.require(isNumber(dtype), "operand of " + function, "a number", dtype);
            case SQRT,
                    RECIPROCAL,
                    EXP,
                    LOG,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    TANH,
                    SIGMOID,
                    ERF -> scope.require(dtype.isFloat(), "operand of " + function, "a floating-point number", dtype);
        }
    }

    private static void checkBinary(BinaryOp function, DType dtype, KernelScope scope) {
        switch (function) {
            case MIN, MAX -> scope.require(isScalar(dtype), "operands of " + function, "numbers or booleans", dtype);
            case ADD, SUB, MUL, DIV, MOD, REM, POW ->
                scope.require(isNumber(dtype), "operands of " + function, "numbers", dtype);
            case AND, OR, XOR ->
                scope.require(isLogical(dtype), "operands of " + function, "booleans or integers", dtype);
            case SHIFT_LEFT, SHIFT_RIGHT ->
                scope.require(dtype.isInteger(), "operands of " + function, "integers", dtype);
        }
    }
}
