package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reductions run where a condition around them does not hold, if nobody can see it: they take only what the kernel allocates, and
 * whoever reads the element that they change does so under the same condition of that element.
 */
final class OverrunGuards {
    private final Step.Overrun step;
    private final Application application;

    private OverrunGuards(Step.Overrun step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.Overrun step, Application application) {
        if (!application.present(step.loop())) {
            return application.kernel();
        }
        OverrunGuards guards = new OverrunGuards(step, application);
        Kernel kernel = application.kernel();
        return kernel.withBody(guards.at(kernel.body(), List.of(), ScheduleScope.of(kernel), false));
    }

    /** A read of an element, and what is known there. */
    private record GuardedRead(List<Dim> indices, ScheduleScope scope) {}

    /** An allocation around a place: what reads it, and the names that were defined before it. */
    private record Own(Stmt.Allocate allocate, List<GuardedRead> reads, Set<String> around) {}

    private Stmt at(Stmt statement, List<Own> owned, ScheduleScope scope, boolean inside) {
        return switch (statement) {
            case Stmt.For loop -> {
                boolean here = inside || LoopNames.matches(step.loop(), loop.variable());
                yield scope.withParts(loop, (part, at) -> at(part, owned, at, here));
            }
            case Stmt.Allocate allocate -> {
                List<Own> more = new ArrayList<>(owned);
                Set<String> around = new HashSet<>(application.kernel().symbols());
                scope.loops().forEach(loop -> around.add(loop.variable()));
                List<GuardedRead> reads = new ArrayList<>();
                reads(allocate.body(), allocate.buffer().name(), scope.inside(allocate), reads);
                more.add(new Own(allocate, reads, around));
                yield scope.withParts(allocate, (part, at) -> at(part, more, at, inside));
            }
            case Stmt.Guard(List<Dim> conditions, Stmt.ReduceInto reduce, Stmt otherwise)
            when inside && Statements.isNothing(otherwise) -> {
                List<Dim> kept = takesOnlyOwn(reduce, owned, scope)
                        ? conditions.stream()
                                .filter(condition -> isSeen(condition, reduce, owned))
                                .toList()
                        : conditions;
                yield kept.isEmpty() ? reduce : new Stmt.Guard(kept, reduce, otherwise);
            }
            case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Guard _, Stmt.Let _, Stmt.Section _ ->
                scope.withParts(statement, (part, at) -> at(part, owned, at, inside));
        };
    }

    private static boolean takesOnlyOwn(Stmt.ReduceInto reduce, List<Own> owned, ScheduleScope scope) {
        Set<String> names = new HashSet<>();
        owned.forEach(own -> names.add(own.allocate().buffer().name()));
        boolean[] only = {reduce.along().isEmpty()};
        reduce.inputs()
                .forEach(input -> Expressions.loads(
                        input, load -> only[0] &= names.contains(load.buffer()) && isInside(load, scope)));
        return only[0];
    }

    private static boolean isInside(Expr.Load load, ScheduleScope scope) {
        var shape = scope.buffer(load.buffer()).shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!scope.within(scope.simplify(load.indices().get(axis)), shape.dim(axis))) {
                return false;
            }
        }
        return true;
    }

    /** Whether it may be seen that {@code condition} was not asked. */
    private static boolean isSeen(Dim condition, Stmt.ReduceInto reduce, List<Own> owned) {
        for (Stmt.Element target : reduce.targets()) {
            Own own = owned.stream()
                    .filter(each -> each.allocate().buffer().name().equals(target.buffer()))
                    .findFirst()
                    .orElse(null);
            if (own == null || own.reads().stream().anyMatch(read -> !holdsAt(read, condition, target, own))) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code condition}, said of the element that is read instead of the one that is reduced into, holds where it is read. */
    private static boolean holdsAt(GuardedRead read, Dim condition, Stmt.Element target, Own own) {
        Map<String, Dim> values = new HashMap<>();
        for (int axis = 0; axis < target.indices().size(); axis++) {
            Dim index = target.indices().get(axis);
            if (index.symbols().size() == 1) {
                String name = index.symbols().iterator().next();
                if (index.equals(Dim.symbol(name)) && !own.around().contains(name)) {
                    values.putIfAbsent(name, read.indices().get(axis));
                }
            }
        }
        for (int axis = 0; axis < target.indices().size(); axis++) {
            Dim there = target.indices().get(axis).substitute(values);
            if (!read.scope().simplify(there.minus(read.indices().get(axis))).is(0)) {
                return false;
            }
        }
        return condition.symbols().stream()
                        .allMatch(
                                name -> values.containsKey(name) || own.around().contains(name))
                && read.scope().nonNegative(read.scope().simplify(condition.substitute(values)));
    }

    /** The reads of {@code buffer}, save those of reductions of what they change themselves. */
    private static void reads(Stmt statement, String buffer, ScheduleScope scope, List<GuardedRead> found) {
        for (BufferAccesses.Access access : BufferAccesses.of(statement, scope)) {
            if (access.buffer().equals(buffer) && access.kind() == BufferAccesses.AccessKind.READ) {
                found.add(new GuardedRead(access.indices(), access.scope()));
            }
        }
    }
}
