package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.Expr;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Expressions of kernels as text: {@code + - * /} and comparisons between operands, everything else as a call. */
final class ExpressionText {
    /** How tightly operators bind; an operand that binds less tightly is put in parentheses. */
    private enum Precedence {
        COMPARISON,
        SUM,
        PRODUCT,
        TIGHT
    }

    private final StringBuilder out;
    private final Map<String, DType> buffers;

    /** Writes to {@code out}; a load says its type where {@code buffers} says another, or none. */
    ExpressionText(StringBuilder out, Map<String, DType> buffers) {
        this.out = out;
        this.buffers = buffers;
    }

    void write(Expr expression) {
        write(expression, Precedence.COMPARISON);
    }

    private void write(Expr expression, Precedence least) {
        boolean loose = binding(expression).compareTo(least) < 0;
        out.append(loose ? "(" : "");
        writeBare(expression);
        out.append(loose ? ")" : "");
    }

    private static Precedence binding(Expr expression) {
        return switch (expression) {
            case Expr.Comparison compare -> Precedence.COMPARISON;
            case Expr.BinaryOperation binary -> binding(binary.function());
            case Expr.Immediate constant -> Precedence.TIGHT;
            case Expr.Load load -> Precedence.TIGHT;
            case Expr.Index index -> Precedence.TIGHT;
            case Expr.UnaryOperation unary -> Precedence.TIGHT;
            case Expr.Conditional select -> Precedence.TIGHT;
            case Expr.Fma fma -> Precedence.TIGHT;
            case Expr.Conversion cast -> Precedence.TIGHT;
            case Expr.Reinterpretation bitcast -> Precedence.TIGHT;
        };
    }

    private static Precedence binding(BinaryOp function) {
        return switch (function) {
            case ADD, SUB -> Precedence.SUM;
            case MUL, DIV -> Precedence.PRODUCT;
            case MOD, REM, POW, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> Precedence.TIGHT;
        };
    }

    private void writeBare(Expr expression) {
        switch (expression) {
            case Expr.Immediate(DType dtype, long bits) -> out.append(ScalarText.constant(dtype, bits));
            case Expr.Load(String buffer, List<Dim> indices, DType dtype) -> {
                element(out, buffer, indices);
                out.append(buffers.get(buffer) == dtype ? "" : ":" + dtype);
            }
            case Expr.Index(Dim index, DType dtype) ->
                out.append("index(").append(index).append(dtype == DType.I64 ? ")" : "):" + dtype);
            case Expr.UnaryOperation(var function, Expr operand) -> call(word(function), operand);
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> binary(function, left, right);
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) -> {
                write(left, Precedence.SUM);
                out.append(' ').append(sign(relation)).append(' ');
                write(right, Precedence.SUM);
            }
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                call("select", condition, then, otherwise);
            case Expr.Fma(Expr a, Expr b, Expr c) -> call("fma", a, b, c);
            case Expr.Conversion(DType dtype, Expr operand) -> call(dtype.label(), operand);
            case Expr.Reinterpretation(DType dtype, Expr operand) -> call("bitcast_" + dtype, operand);
        }
    }

    private void binary(BinaryOp function, Expr left, Expr right) {
        switch (function) {
            case ADD -> infix(left, " + ", right, Precedence.SUM, Precedence.PRODUCT);
            case SUB -> infix(left, " - ", right, Precedence.SUM, Precedence.PRODUCT);
            case MUL -> infix(left, "*", right, Precedence.PRODUCT, Precedence.TIGHT);
            case DIV -> infix(left, "/", right, Precedence.PRODUCT, Precedence.TIGHT);
            case MOD, REM, POW, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> call(word(function), left, right);
        }
    }

    private void infix(Expr left, String sign, Expr right, Precedence leftLeast, Precedence rightLeast) {
        write(left, leftLeast);
        out.append(sign);
        write(right, rightLeast);
    }

    private void call(String function, Expr... operands) {
        out.append(function).append('(');
        for (int index = 0; index < operands.length; index++) {
            out.append(index == 0 ? "" : ", ");
            write(operands[index]);
        }
        out.append(')');
    }

    /** {@code buffer[i, j]}. */
    static void element(StringBuilder out, String buffer, List<Dim> indices) {
        out.append(NameText.of(buffer))
                .append(indices.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]")));
    }

    static String sign(CompareOp relation) {
        return switch (relation) {
            case EQ -> "==";
            case NE -> "!=";
            case LT -> "<";
            case LE -> "<=";
            case GT -> ">";
            case GE -> ">=";
        };
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
