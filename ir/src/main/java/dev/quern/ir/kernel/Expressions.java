package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Walks over expressions. */
public final class Expressions {
    private Expressions() {}

    /** The expression with its operands replaced. */
    public static Expr withOperands(Expr expression, UnaryOperator<Expr> change) {
        return switch (expression) {
            case Expr.Immediate constant -> constant;
            case Expr.Load load -> load;
            case Expr.Index index -> index;
            case Expr.UnaryOperation(var function, Expr operand) ->
                new Expr.UnaryOperation(function, change.apply(operand));
            case Expr.BinaryOperation(var function, Expr left, Expr right) ->
                new Expr.BinaryOperation(function, change.apply(left), change.apply(right));
            case Expr.Comparison(var relation, Expr left, Expr right) ->
                new Expr.Comparison(relation, change.apply(left), change.apply(right));
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                new Expr.Conditional(change.apply(condition), change.apply(then), change.apply(otherwise));
            case Expr.Fma(Expr a, Expr b, Expr c) -> new Expr.Fma(change.apply(a), change.apply(b), change.apply(c));
            case Expr.Conversion(var dtype, Expr operand) -> new Expr.Conversion(dtype, change.apply(operand));
            case Expr.Reinterpretation(var dtype, Expr operand) ->
                new Expr.Reinterpretation(dtype, change.apply(operand));
        };
    }

    /** The expression with every load and index number given by {@code change}. */
    public static Expr withLeaves(Expr expression, UnaryOperator<Expr> change) {
        return switch (expression) {
            case Expr.Load load -> change.apply(load);
            case Expr.Index index -> change.apply(index);
            case Expr other -> withOperands(other, operand -> withLeaves(operand, change));
        };
    }

    /** The expression with every index given by {@code change}. */
    public static Expr withIndices(Expr expression, UnaryOperator<Dim> change) {
        return withLeaves(expression, leaf -> switch (leaf) {
            case Expr.Load(String buffer, List<Dim> indices, var dtype) ->
                new Expr.Load(buffer, indices.stream().map(change).toList(), dtype);
            case Expr.Index(Dim index, var dtype) -> new Expr.Index(change.apply(index), dtype);
            case Expr other -> other;
        });
    }

    /** Shows every load to {@code visitor}. */
    public static void loads(Expr expression, Consumer<Expr.Load> visitor) {
        expression.walk(part -> {
            if (part instanceof Expr.Load load) {
                visitor.accept(load);
            }
        });
    }

    /** Whether {@code symbol} occurs in an index of the expression. */
    public static boolean mentions(Expr expression, String symbol) {
        return switch (expression) {
            case Expr.Load load -> load.indices().stream().anyMatch(index -> index.dependsOn(symbol));
            case Expr.Index(Dim index, var _) -> index.dependsOn(symbol);
            case Expr other -> other.operands().stream().anyMatch(operand -> mentions(operand, symbol));
        };
    }
}
