package dev.quern.passes.schedule;

import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import java.util.EnumSet;
import java.util.Set;

/** Functions that become dozens of instructions: the elements of one vector are work enough to hide the latency of adding them up. */
final class LongFunctions {
    private static final Set<UnaryOp> SHORT = EnumSet.of(
            UnaryOp.NEG,
            UnaryOp.ABS,
            UnaryOp.SIGN,
            UnaryOp.NOT,
            UnaryOp.BIT_NOT,
            UnaryOp.SQRT,
            UnaryOp.RECIPROCAL,
            UnaryOp.FLOOR,
            UnaryOp.CEIL,
            UnaryOp.ROUND,
            UnaryOp.IS_NAN,
            UnaryOp.IS_INF);

    private LongFunctions() {}

    /** Whether {@code statement} computes one. */
    static boolean in(Stmt statement) {
        boolean[] found = {false};
        statement.walk(part -> {
            switch (part) {
                case Stmt.Store store -> found[0] |= in(store.value());
                case Stmt.ReduceInto reduce -> found[0] |= in(reduce);
                case Stmt.Let let -> found[0] |= in(let.value());
                case Stmt.Block ignored -> {}
                case Stmt.For ignored -> {}
                case Stmt.Allocate ignored -> {}
                case Stmt.Guard ignored -> {}
                case Stmt.Section ignored -> {}
            }
        });
        return found[0];
    }

    private static boolean in(Stmt.ReduceInto reduce) {
        Reduction.ReductionRule rule = reduce.reduction().entering();
        return reduce.inputs().stream().anyMatch(LongFunctions::in)
                || rule.lets().stream().anyMatch(let -> in(let.value()))
                || rule.values().stream().anyMatch(LongFunctions::in);
    }

    private static boolean in(Expr value) {
        return switch (value) {
            case Expr.Immediate ignored -> false;
            case Expr.Index ignored -> false;
            case Expr.Load ignored -> false;
            case Expr.UnaryOperation unary -> !SHORT.contains(unary.function()) || in(unary.operand());
            case Expr.BinaryOperation binary -> in(binary.left()) || in(binary.right());
            case Expr.Comparison compare -> in(compare.left()) || in(compare.right());
            case Expr.Conditional select -> in(select.condition()) || in(select.then()) || in(select.otherwise());
            case Expr.Fma fma -> in(fma.a()) || in(fma.b()) || in(fma.c());
            case Expr.Conversion cast -> in(cast.operand());
            case Expr.Reinterpretation bitcast -> in(bitcast.operand());
        };
    }
}
