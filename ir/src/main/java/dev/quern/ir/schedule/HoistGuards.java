package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves conditions out of loops that do not change them, so that a condition inside a vector loop is a mask, and one that holds
 * for a whole reduction is asked once. What neighbouring guards have in common is asked once for all.
 */
final class HoistGuards {
    private HoistGuards() {}

    static Stmt hoist(Stmt statement) {
        return switch (Statements.withParts(statement, HoistGuards::hoist)) {
            case Stmt.For loop when loop.kind() != LoopKind.PARALLEL -> outOf(loop);
            case Stmt.Block block -> shared(block);
            case Stmt other -> other;
        };
    }

    private static Stmt outOf(Stmt.For loop) {
        if (!(loop.body() instanceof Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise))
                || !Statements.isNothing(otherwise)) {
            return loop;
        }
        List<Dim> outside = new ArrayList<>();
        List<Dim> inside = new ArrayList<>();
        for (Dim condition : nonNegative) {
            (condition.dependsOn(loop.variable()) ? inside : outside).add(condition);
        }
        Stmt body = guard(inside, then);
        return guard(outside, new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body));
    }

    private static Stmt shared(Stmt.Block block) {
        List<Stmt> result = new ArrayList<>();
        for (Stmt statement : block.statements()) {
            if (!result.isEmpty()
                    && result.getLast() instanceof Stmt.Guard(List<Dim> before, Stmt first, Stmt firstElse)
                    && statement instanceof Stmt.Guard(List<Dim> after, Stmt second, Stmt secondElse)
                    && Statements.isNothing(firstElse)
                    && Statements.isNothing(secondElse)) {
                List<Dim> common = new ArrayList<>(before);
                common.retainAll(after);
                if (!common.isEmpty()) {
                    Stmt left = guard(without(before, common), first);
                    Stmt right = guard(without(after, common), second);
                    Stmt both = Statements.block(left, right);
                    result.set(
                            result.size() - 1, guard(common, both instanceof Stmt.Block inner ? shared(inner) : both));
                    continue;
                }
            }
            result.add(statement);
        }
        return Statements.block(result);
    }

    private static List<Dim> without(List<Dim> conditions, List<Dim> common) {
        return conditions.stream()
                .filter(condition -> !common.contains(condition))
                .toList();
    }

    private static Stmt guard(List<Dim> nonNegative, Stmt then) {
        return nonNegative.isEmpty() ? then : new Stmt.Guard(nonNegative, then, Stmt.NOTHING);
    }
}
