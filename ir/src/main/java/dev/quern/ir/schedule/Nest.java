package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Loops each directly around the next, or with nothing but guards between, which then stand in front of the body.
 *
 * @param loops outermost first
 * @param guards conditions found between the loops
 * @param body what the innermost loop runs, without those conditions
 */
record Nest(List<Stmt.For> loops, List<Dim> guards, Stmt body) {
    /** The nest from {@code outermost} down to the first loop where {@code complete} holds of the loops so far; empty if there is none. */
    static Optional<Nest> from(Stmt.For outermost, Predicate<List<Stmt.For>> complete) {
        List<Stmt.For> loops = new ArrayList<>();
        List<Dim> guards = new ArrayList<>();
        Stmt current = outermost;
        while (true) {
            switch (current) {
                case Stmt.For loop -> {
                    loops.add(loop);
                    current = loop.body();
                    if (complete.test(loops)) {
                        return Optional.of(new Nest(List.copyOf(loops), List.copyOf(guards), current));
                    }
                }
                case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise)
                when Statements.isNothing(otherwise) -> {
                    guards.addAll(nonNegative);
                    current = then;
                }
                case Stmt other -> {
                    return Optional.empty();
                }
            }
        }
    }

    /** The body under the guards. */
    Stmt guardedBody() {
        return guards.isEmpty() ? body : new Stmt.Guard(guards, body, Stmt.NOTHING);
    }

    /** What is known at the body. */
    ScheduleScope inside(ScheduleScope scope) {
        ScheduleScope inner = scope;
        for (Stmt.For loop : loops) {
            inner = inner.inside(loop);
        }
        return inner.when(guards);
    }
}
