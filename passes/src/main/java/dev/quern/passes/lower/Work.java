package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;

/** How many scalar operations a statement does. */
final class Work {
    private Work() {}

    static Dim of(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Block block -> {
                Dim sum = Dim.ZERO;
                for (Stmt inner : block.statements()) {
                    sum = sum.plus(of(inner));
                }
                yield sum;
            }
            case Stmt.For loop -> of(loop.body()).times(loop.extent());
            case Stmt.Store store -> Dim.of(1 + of(store.value()));
            case Stmt.ReduceInto reduce -> work(reduce);
            case Stmt.Allocate allocate -> of(allocate.body());
            case Stmt.Guard guard -> of(guard.then());
            case Stmt.Let let -> of(let.body()).plus(1);
            case Stmt.Section section -> of(section.body());
        };
    }

    private static Dim work(Stmt.ReduceInto reduce) {
        long sum = reduce.inputs().stream().mapToLong(Work::of).sum();
        if (reduce.reduction().isPlain()) {
            return Dim.of(1 + (reduce.reduction().isFused() ? 1 : 0) + sum);
        }
        Reduction.ReductionRule rule = reduce.reduction().entering();
        long each = rule.lets().stream().mapToLong(let -> of(let.value())).sum()
                + rule.values().stream().mapToLong(Work::of).sum();
        Dim wide =
                Dim.product(reduce.along().stream().map(Stmt.TargetAxis::extent).toList());
        return wide.times(each).plus(sum);
    }

    private static long of(Expr expr) {
        return switch (expr) {
            case Expr.Immediate constant -> 0;
            case Expr.Load load -> 0;
            case Expr.Index index -> 0;
            case Expr.UnaryOperation unary -> of(unary.operand()) + Traits.work(unary.function());
            case Expr.BinaryOperation binary -> 1 + of(binary.left()) + of(binary.right());
            case Expr.Comparison compare -> 1 + of(compare.left()) + of(compare.right());
            case Expr.Conditional select -> 1 + of(select.condition()) + of(select.then()) + of(select.otherwise());
            case Expr.Fma fma -> 1 + of(fma.a()) + of(fma.b()) + of(fma.c());
            case Expr.Conversion cast -> of(cast.operand());
            case Expr.Reinterpretation cast -> of(cast.operand());
        };
    }
}
