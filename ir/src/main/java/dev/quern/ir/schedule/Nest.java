package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Loops each directly around the next, or with nothing but guards and pure lets between, which then stand in front of the body.
 *
 * @param loops outermost first
 * @param between guards and lets found between the loops, outermost first, each around nothing
 * @param body what the innermost loop runs, without them
 */
record Nest(List<Stmt.For> loops, List<Stmt> between, Stmt body) {
    /** The nest from {@code outermost} down to the first loop where {@code complete} holds of the loops so far; empty if there is none. */
    static Optional<Nest> from(Stmt.For outermost, Predicate<List<Stmt.For>> complete) {
        List<Stmt.For> loops = new ArrayList<>();
        List<Stmt> between = new ArrayList<>();
        Stmt current = outermost;
        while (true) {
            switch (current) {
                case Stmt.For loop -> {
                    loops.add(loop);
                    current = loop.body();
                    if (complete.test(loops)) {
                        return Optional.of(new Nest(List.copyOf(loops), List.copyOf(between), current));
                    }
                }
                case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise)
                when Statements.isNothing(otherwise) -> {
                    between.add(new Stmt.Guard(nonNegative, Stmt.NOTHING, Stmt.NOTHING));
                    current = then;
                }
                case Stmt.Let let
                when Statements.isPure(let, outermost) -> {
                    between.add(new Stmt.Let(let.name(), let.value(), Stmt.NOTHING));
                    current = let.body();
                }
                case Stmt other -> {
                    return Optional.empty();
                }
            }
        }
    }

    /** The body under the guards and lets. */
    Stmt wholeBody() {
        Stmt whole = body;
        for (Stmt each : between.reversed()) {
            Stmt inner = whole;
            whole = each instanceof Stmt.Guard guard
                    ? new Stmt.Guard(guard.nonNegative(), inner, Stmt.NOTHING)
                    : Statements.withParts(each, nothing -> inner);
        }
        return whole;
    }

    /** What is known in the loops. */
    ScheduleScope inside(ScheduleScope scope) {
        ScheduleScope inner = scope;
        for (Stmt.For loop : loops) {
            inner = inner.inside(loop);
        }
        return inner;
    }
}
