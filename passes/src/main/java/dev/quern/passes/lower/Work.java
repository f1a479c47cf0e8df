package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import java.util.Map;

/**
 * How many scalar operations a statement does, at most: where an inner loop's length depends on an outer one's iteration, such as that of the
 * last block, all are taken to be as long as the longest.
 */
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
            case Stmt.For loop -> longest(of(loop.body()), loop).times(loop.extent());
            case Stmt.Store store -> Dim.of(1 + of(store.value()));
            case Stmt.ReduceInto reduce -> work(reduce);
            case Stmt.Allocate allocate -> of(allocate.body());
            case Stmt.Guard guard -> of(guard.then());
            case Stmt.Let let -> {
                Dim body = of(let.body());
                yield IndexNames.named(let)
                        .map(index -> body.substitute(Map.of(let.name(), index)))
                        .orElse(body)
                        .plus(1);
            }
            case Stmt.Section section -> of(section.body());
        };
    }

    /**
     * The greatest of {@code each}, what an iteration of {@code loop} does, where it only grows or only shrinks from one to the next, as in all
     * that templates draw; else the greater of the first and the last.
     */
    private static Dim longest(Dim each, Stmt.For loop) {
        if (!each.dependsOn(loop.variable())) {
            return each;
        }
        DimRanges ranges = DimRanges.NONE.with(loop.variable(), loop.extent());
        Dim first = each.substitute(Map.of(loop.variable(), Dim.ZERO));
        Dim last = each.substitute(Map.of(loop.variable(), loop.extent().minus(1)));
        return ranges.atMost(each, first) ? first : ranges.atMost(each, last) ? last : first.max(last);
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
        long own = switch (expr) {
            case Expr.UnaryOperation unary -> Traits.work(unary.function());
            case Expr.BinaryOperation _, Expr.Comparison _, Expr.Conditional _, Expr.Fma _ -> 1;
            case Expr.Immediate _, Expr.Load _, Expr.Index _, Expr.Conversion _, Expr.Reinterpretation _ -> 0;
        };
        return own + expr.operands().stream().mapToLong(Work::of).sum();
    }
}
