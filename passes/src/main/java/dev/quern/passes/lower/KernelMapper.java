package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/** Rebuilds a statement; subclasses say what changes. */
abstract class KernelMapper {
    /** An index, extent or guard. */
    Dim dim(Dim dim) {
        return dim;
    }

    /** The indices of an access to {@code buffer}, after {@link #dim}. */
    List<Dim> access(String buffer, List<Dim> indices) {
        return indices;
    }

    Stmt stmt(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Block(List<Stmt> statements) ->
                new Stmt.Block(statements.stream().map(this::stmt).toList());
            case Stmt.For(var variable, var extent, var kind, var body) ->
                new Stmt.For(variable, dim(extent), kind, stmt(body));
            case Stmt.Store(var buffer, var indices, var value) ->
                new Stmt.Store(buffer, place(buffer, indices), expr(value));
            case Stmt.ReduceInto(var targets, var reduction, var inputs, var along) ->
                new Stmt.ReduceInto(
                        targets.stream()
                                .map(target ->
                                        new Stmt.Element(target.buffer(), place(target.buffer(), target.indices())))
                                .toList(),
                        reduction,
                        inputs.stream().map(this::expr).toList(),
                        along.stream()
                                .map(each -> new Stmt.TargetAxis(each.variable(), dim(each.extent())))
                                .toList());
            case Stmt.Allocate(var buffer, var body) -> new Stmt.Allocate(buffer, stmt(body));
            case Stmt.Guard(var conditions, var then, var otherwise) ->
                new Stmt.Guard(conditions.stream().map(this::dim).toList(), stmt(then), stmt(otherwise));
            case Stmt.Let(var name, var value, var body) -> new Stmt.Let(name, expr(value), stmt(body));
            case Stmt.Section(var name, var body) -> new Stmt.Section(name, stmt(body));
        };
    }

    Expr expr(Expr expr) {
        return switch (expr) {
            case Expr.Immediate constant -> constant;
            case Expr.Load(var buffer, var indices, var dtype) -> new Expr.Load(buffer, place(buffer, indices), dtype);
            case Expr.Index(var index, var dtype) -> new Expr.Index(dim(index), dtype);
            case Expr.UnaryOperation(var function, var operand) -> new Expr.UnaryOperation(function, expr(operand));
            case Expr.BinaryOperation(var function, var left, var right) ->
                new Expr.BinaryOperation(function, expr(left), expr(right));
            case Expr.Comparison(var relation, var left, var right) ->
                new Expr.Comparison(relation, expr(left), expr(right));
            case Expr.Conditional(var condition, var then, var otherwise) ->
                new Expr.Conditional(expr(condition), expr(then), expr(otherwise));
            case Expr.Fma(var a, var b, var c) -> new Expr.Fma(expr(a), expr(b), expr(c));
            case Expr.Conversion(var dtype, var operand) -> new Expr.Conversion(dtype, expr(operand));
            case Expr.Reinterpretation(var dtype, var operand) -> new Expr.Reinterpretation(dtype, expr(operand));
        };
    }

    private List<Dim> place(String buffer, List<Dim> indices) {
        return access(buffer, indices.stream().map(this::dim).toList());
    }
}
