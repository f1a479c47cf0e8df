package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;

/** The activation functions of recurrent layers, by their names in ONNX, with ONNX's default parameters. */
final class Activations {
    private Activations() {}

    static Expr apply(String name, Expr x, String origin) {
        return switch (name.toLowerCase(java.util.Locale.ROOT)) {
            case "sigmoid" -> unary(UnaryOp.SIGMOID, x);
            case "tanh" -> unary(UnaryOp.TANH, x);
            case "relu" -> binary(BinaryOp.MAX, x, number(0, x));
            case "affine" -> x;
            case "leakyrelu" -> ifNegative(x, times(0.01, x));
            case "thresholdedrelu" ->
                new Expr.Conditional(new Expr.Comparison(CompareOp.GT, x, number(1, x)), x, number(0, x));
            case "scaledtanh" -> unary(UnaryOp.TANH, x);
            case "hardsigmoid" ->
                binary(
                        BinaryOp.MAX,
                        binary(BinaryOp.MIN, binary(BinaryOp.ADD, times(0.2, x), number(0.5, x)), number(1, x)),
                        number(0, x));
            case "elu" -> ifNegative(x, binary(BinaryOp.SUB, unary(UnaryOp.EXP, x), number(1, x)));
            case "softsign" -> binary(BinaryOp.DIV, x, binary(BinaryOp.ADD, unary(UnaryOp.ABS, x), number(1, x)));
            case "softplus" -> softplus(x);
            default ->
                throw new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        origin,
                        "unknown activation " + name + "; expected one of those that ONNX names for recurrent layers");
        };
    }

    /**
     * {@code max(x, 0) + log(1 + exp(-|x|))}, which does not overflow, with the logarithm as {@code log(u) * e / (u - 1)} of the
     * rounded {@code u = 1 + e}, so that what is far below zero counts (Goldberg 1991, theorem 4).
     */
    private static Expr softplus(Expr x) {
        Expr decay = unary(UnaryOp.EXP, unary(UnaryOp.NEG, unary(UnaryOp.ABS, x)));
        Expr more = binary(BinaryOp.ADD, decay, number(1, x));
        Expr share = binary(BinaryOp.DIV, decay, binary(BinaryOp.SUB, more, number(1, x)));
        Expr corrected = binary(BinaryOp.MUL, unary(UnaryOp.LOG, more), share);
        Expr rest = new Expr.Conditional(new Expr.Comparison(CompareOp.EQ, more, number(1, x)), decay, corrected);
        return binary(BinaryOp.ADD, binary(BinaryOp.MAX, x, number(0, x)), rest);
    }

    private static Expr ifNegative(Expr x, Expr then) {
        return new Expr.Conditional(new Expr.Comparison(CompareOp.LT, x, number(0, x)), then, x);
    }

    private static Expr times(double factor, Expr x) {
        return binary(BinaryOp.MUL, number(factor, x), x);
    }

    private static Expr unary(UnaryOp function, Expr x) {
        return new Expr.UnaryOperation(function, x);
    }

    private static Expr binary(BinaryOp function, Expr left, Expr right) {
        return new Expr.BinaryOperation(function, left, right);
    }

    private static Expr number(double value, Expr like) {
        DType type = like.dtype();
        return ScalarTerms.number(value, type);
    }
}
