package dev.quern.passes.schedule;

import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Statements;
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
        return Statements.any(
                statement,
                part -> part.values().stream().anyMatch(LongFunctions::in)
                        || part instanceof Stmt.ReduceInto reduce
                                && isIn(reduce.reduction().entering()));
    }

    private static boolean isIn(Reduction.ReductionRule rule) {
        return rule.lets().stream().anyMatch(let -> in(let.value()))
                || rule.values().stream().anyMatch(LongFunctions::in);
    }

    private static boolean in(Expr value) {
        return value instanceof Expr.UnaryOperation(UnaryOp function, var _) && !SHORT.contains(function)
                || value.operands().stream().anyMatch(LongFunctions::in);
    }
}
