package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.Lists;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Walks over expressions. */
public final class Expressions {
    private Expressions() {}

    /** The expression with its operands replaced; itself if these are the ones that they were. */
    public static Expr withOperands(Expr expression, UnaryOperator<Expr> change) {
        List<Expr> before = expression.operands();
        List<Expr> after = Lists.map(before, change);
        return after == before ? expression : of(expression, after);
    }

    private static Expr of(Expr expression, List<Expr> operands) {
        Expr first = operands.getFirst();
        return switch (expression) {
            case Expr.Immediate _, Expr.Load _, Expr.Index _ -> expression;
            case Expr.UnaryOperation(var function, var _) -> new Expr.UnaryOperation(function, first);
            case Expr.BinaryOperation(var function, var _, var _) ->
                new Expr.BinaryOperation(function, first, operands.get(1));
            case Expr.Comparison(var relation, var _, var _) -> new Expr.Comparison(relation, first, operands.get(1));
            case Expr.Conditional _ -> new Expr.Conditional(first, operands.get(1), operands.get(2));
            case Expr.Fma _ -> new Expr.Fma(first, operands.get(1), operands.get(2));
            case Expr.Conversion(var dtype, var _) -> new Expr.Conversion(dtype, first);
            case Expr.Reinterpretation(var dtype, var _) -> new Expr.Reinterpretation(dtype, first);
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
            case Expr.Load load -> {
                List<Dim> indices = Lists.map(load.indices(), change);
                yield indices == load.indices() ? load : new Expr.Load(load.buffer(), indices, load.dtype());
            }
            case Expr.Index(Dim index, var dtype) -> {
                Dim changed = change.apply(index);
                yield changed == index ? leaf : new Expr.Index(changed, dtype);
            }
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
