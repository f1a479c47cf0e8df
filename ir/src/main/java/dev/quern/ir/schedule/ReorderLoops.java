package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Perfectly nested loops exchange places, if no two iterations that depend on each other do. */
final class ReorderLoops {
    private final Application application;
    private final List<String> wanted;
    private boolean found;

    private ReorderLoops(Application application, List<String> wanted) {
        this.application = application;
        this.wanted = wanted;
    }

    static Kernel apply(Step.Reorder step, Application application) {
        if (new HashSet<>(step.loops()).size() < step.loops().size()) {
            throw application.refusal("a loop is named twice");
        }
        List<String> wanted = step.loops().stream().filter(application::present).toList();
        if (wanted.size() < 2) {
            return application.kernel();
        }
        ReorderLoops reorder = new ReorderLoops(application, wanted);
        Kernel result = application
                .kernel()
                .withBody(reorder.rewrite(application.kernel().body(), application.scope()));
        if (!reorder.found) {
            throw application.refusal("no perfect nest has the loops " + String.join(", ", wanted));
        }
        return result;
    }

    private Stmt rewrite(Stmt statement, ScheduleScope scope) {
        return switch (statement) {
            case Stmt.For loop
            when wanted.stream().anyMatch(name -> LoopNames.matches(name, loop.variable())) -> {
                var nest = Nest.from(loop, this::complete);
                yield nest.isPresent() ? reordered(nest.get(), scope) : scope.withParts(loop, this::rewrite);
            }
            case Stmt other -> scope.withParts(other, this::rewrite);
        };
    }

    private boolean complete(List<Stmt.For> loops) {
        return named(loops).size() == wanted.size();
    }

    /** The loops that are wanted, in their new order; fewer if some are missing or one answers to two names. */
    private List<Stmt.For> named(List<Stmt.For> loops) {
        List<Stmt.For> named = new ArrayList<>();
        for (String name : wanted) {
            for (Stmt.For loop : loops) {
                if (LoopNames.matches(name, loop.variable())) {
                    if (place(loop, named) < 0) {
                        named.add(loop);
                    }
                    break;
                }
            }
        }
        return named;
    }

    /** Where the loop over the same variable stands in {@code loops}; -1 if there is none. */
    private static int place(Stmt.For loop, List<Stmt.For> loops) {
        for (int at = 0; at < loops.size(); at++) {
            if (loops.get(at).variable().equals(loop.variable())) {
                return at;
            }
        }
        return -1;
    }

    private Stmt reordered(Nest nest, ScheduleScope scope) {
        found = true;
        List<Stmt.For> order = order(nest.loops());
        checkLanes(order);
        checkExtents(order);
        checkDependences(nest, order, scope);
        Stmt result = nest.wholeBody();
        for (Stmt.For loop : order.reversed()) {
            result = new Stmt.For(loop.variable(), loop.extent(), loop.kind(), result);
        }
        return result;
    }

    /** The nest's loops with the named ones, in their new order, in the places of the named ones. */
    private List<Stmt.For> order(List<Stmt.For> loops) {
        List<Stmt.For> named = named(loops);
        List<Stmt.For> order = new ArrayList<>();
        int next = 0;
        for (Stmt.For loop : loops) {
            order.add(place(loop, named) >= 0 ? named.get(next++) : loop);
        }
        return order;
    }

    /** Loops that run as lanes stay innermost. */
    private void checkLanes(List<Stmt.For> order) {
        for (Stmt.For loop : order.subList(0, order.size() - 1)) {
            if (loop.kind() == LoopKind.VECTOR) {
                throw application.refusal(loop.variable() + " is bound to VECTOR, and would have "
                        + order.getLast().variable() + " inside it");
            }
        }
    }

    private void checkExtents(List<Stmt.For> order) {
        for (int outer = 0; outer < order.size(); outer++) {
            for (int inner = outer + 1; inner < order.size(); inner++) {
                if (order.get(outer).extent().dependsOn(order.get(inner).variable())) {
                    throw application.refusal(
                            "the extent of " + order.get(outer).variable() + ", "
                                    + order.get(outer).extent() + ", depends on "
                                    + order.get(inner).variable());
                }
            }
        }
    }

    /** Loops that carry a dependence keep their order among themselves; the others may go anywhere. */
    private void checkDependences(Nest nest, List<Stmt.For> order, ScheduleScope scope) {
        List<Stmt.For> before = nest.loops();
        for (Stmt.For loop : before) {
            if (loop.kind() == LoopKind.PARALLEL) {
                throw application.refusal(loop.variable() + " is bound to PARALLEL");
            }
        }
        Verdicts verdicts = new Verdicts(nest, scope);
        for (int outer = 0; outer < before.size(); outer++) {
            for (int inner = outer + 1; inner < before.size(); inner++) {
                Stmt.For one = before.get(outer);
                Stmt.For other = before.get(inner);
                if (place(one, order) > place(other, order) && verdicts.carries(one) && verdicts.carries(other)) {
                    throw application.refusal(verdicts.of(other).reason());
                }
            }
        }
    }

    /** What the iterations of a nest's loops have to do with one another; found for those that are asked about. */
    private static final class Verdicts {
        private final Map<String, Dependence.LoopVerdict> found = new HashMap<>();
        private final Set<String> all = new HashSet<>();
        private final Nest nest;
        private final ScheduleScope scope;
        private List<Access> accesses;

        Verdicts(Nest nest, ScheduleScope scope) {
            this.nest = nest;
            this.scope = scope;
            nest.loops().forEach(loop -> all.add(loop.variable()));
        }

        boolean carries(Stmt.For loop) {
            return of(loop).kind() == Dependence.LoopRelation.SEQUENTIAL;
        }

        Dependence.LoopVerdict of(Stmt.For loop) {
            Dependence.LoopVerdict verdict = found.get(loop.variable());
            if (verdict == null) {
                if (accesses == null) {
                    accesses = BufferAccesses.of(nest.wholeBody(), nest.inside(scope));
                }
                Set<String> others = new HashSet<>(all);
                others.remove(loop.variable());
                verdict = Dependence.of(loop.variable(), accesses, others);
                found.put(loop.variable(), verdict);
            }
            return verdict;
        }
    }
}
