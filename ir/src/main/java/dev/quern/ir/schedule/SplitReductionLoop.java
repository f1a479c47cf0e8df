package dev.quern.ir.schedule;

import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A reduction loop accumulates into several partial results, each in a register of its own, which are combined after it. What is
 * left over after whole tiles is, when peeled, reduced directly.
 */
final class SplitReductionLoop {
    /** One reduced element, the buffer of its partial results, and what must hold for the element to be there. */
    private record Partial(Access target, Buffer buffer, long identity, List<Dim> conditions) {}

    private final Step.SplitReduction step;
    private final Application application;

    private SplitReductionLoop(Step.SplitReduction step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.SplitReduction step, Application application) {
        if (step.factor() < 1) {
            throw application.refusal("factor " + step.factor() + " is less than 1");
        }
        return application.atLoops(step.loop(), new SplitReductionLoop(step, application)::split);
    }

    private Stmt split(Stmt.For loop, ScheduleScope scope) {
        if (loop.kind() != LoopKind.SERIAL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        Map<String, Partial> partials = partials(loop, scope);
        long factor = step.factor();
        Dim extent = SplitLoop.atLeastZero(loop.extent(), scope);
        Dim whole = scope.wholeTiles(extent, factor);
        Dim ceiling = scope.simplify(extent.ceilDiv(Dim.of(factor)));
        Dim rest = scope.simplify(extent.minus(whole.times(factor)));
        LoopNames names = application.names();
        String outer = names.take(loop.variable() + ".o");
        String start = names.take(loop.variable() + ".i");
        String inner = names.copy(start);
        Dim index = Dim.symbol(outer).times(factor).plus(Dim.symbol(inner));
        Stmt body = Substitution.of(loop.variable(), index).in(redirect(loop.body(), partials, Dim.symbol(inner)));
        Step.Tail tail = rest.is(0) ? Step.Tail.EXACT : step.tail();
        List<Stmt> parts = new ArrayList<>();
        parts.add(Statements.serial(start, Dim.of(factor), initialise(partials, Dim.symbol(start))));
        switch (tail) {
            case EXACT -> {
                if (!rest.is(0)) {
                    throw application.refusal(factor + " does not divide extent " + extent);
                }
                parts.add(nest(outer, whole, inner, Dim.of(factor), body));
            }
            case CLAMP -> {
                Dim left = extent.minus(Dim.symbol(outer).times(factor));
                parts.add(nest(outer, ceiling, inner, Dim.of(factor).min(left), body));
            }
            case MASK, PAD -> {
                Stmt guarded = Statements.when(extent.minus(1).minus(index), body);
                parts.add(nest(outer, ceiling, inner, Dim.of(factor), guarded));
            }
            case PEEL -> {
                parts.add(nest(outer, whole, inner, Dim.of(factor), body));
                String left = names.take(loop.variable() + ".t");
                Stmt copy = Substitution.copy(loop.body(), names);
                Dim at = whole.times(factor).plus(Dim.symbol(left));
                parts.add(Statements.serial(
                        left, rest, Substitution.of(loop.variable(), at).in(copy)));
            }
        }
        String join = names.take(loop.variable() + ".c");
        parts.add(Statements.serial(join, Dim.of(factor), combine(partials, Dim.symbol(join))));
        Stmt result = Statements.block(parts);
        for (Partial partial : partials.values()) {
            result = new Stmt.Allocate(partial.buffer(), result);
        }
        return result;
    }

    private static Stmt nest(String outer, Dim outerExtent, String inner, Dim innerExtent, Stmt body) {
        return Statements.serial(outer, outerExtent, Statements.serial(inner, innerExtent, body));
    }

    /** A partial buffer for every element that several iterations reduce into, by its text. */
    private Map<String, Partial> partials(Stmt.For loop, ScheduleScope scope) {
        Dependence.Verdict verdict = Dependence.of(loop, scope);
        switch (verdict.kind()) {
            case REDUCTION -> {}
            case PARALLEL -> throw application.refusal(loop.variable() + " is a parallel loop; split it with split");
            case SEQUENTIAL ->
                throw application.refusal(loop.variable() + " is not a reduction loop: " + verdict.reason());
        }
        Map<String, Partial> partials = new LinkedHashMap<>();
        for (Access access : BufferAccesses.of(loop.body(), scope.inside(loop))) {
            if (!verdict.reduced().contains(access.buffer())) {
                continue;
            }
            for (Dim index : access.indices()) {
                if (index.dependsOn(loop.variable()) || index.symbols().stream().anyMatch(access.inner()::contains)) {
                    throw application.refusal("it " + access + ", at an index that varies within an iteration");
                }
            }
            partials.computeIfAbsent(key(access.buffer(), access.indices()), key -> partial(access, loop, scope));
        }
        return partials;
    }

    private Partial partial(Access access, Stmt.For loop, ScheduleScope scope) {
        Buffer target = access.scope().buffer(access.buffer());
        Combiner combiner = access.combiner().orElseThrow();
        long identity = Identities.bits(combiner, target.dtype())
                .orElseThrow(() -> application.refusal(combiner + " of " + target.dtype() + " has no identity"));
        String name = application.names().take(target.name() + ".p");
        List<List<Dim>> guards = new ArrayList<>();
        guards(loop.body(), access, loop.variable(), List.of(), guards);
        List<Dim> conditions = new ArrayList<>(guards.getFirst());
        guards.forEach(conditions::retainAll);
        for (int axis = 0; axis < target.shape().rank(); axis++) {
            Dim index = access.indices().get(axis);
            if (!scope.when(conditions).within(index, target.shape().dim(axis))) {
                throw application.refusal("the element " + target.name() + access.indices()
                        + " may not exist where the loop has no iterations");
            }
        }
        return new Partial(
                access, Buffer.register(name, target.dtype(), Shape.of(step.factor())), identity, conditions);
    }

    /** Collects for each update of the element the guards around it that are the same in all iterations. */
    private static void guards(
            Stmt statement, Access target, String variable, List<Dim> around, List<List<Dim>> found) {
        switch (statement) {
            case Stmt.Reduce reduce -> {
                if (key(reduce.buffer(), reduce.indices()).equals(key(target.buffer(), target.indices()))) {
                    found.add(around);
                }
            }
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                List<Dim> more = new ArrayList<>(around);
                for (Dim condition : nonNegative) {
                    if (!condition.dependsOn(variable)
                            && condition.symbols().stream().noneMatch(target.inner()::contains)) {
                        more.add(condition);
                    }
                }
                guards(then, target, variable, more, found);
                guards(otherwise, target, variable, around, found);
            }
            case Stmt.Block block -> block.statements().forEach(part -> guards(part, target, variable, around, found));
            case Stmt.For loop -> guards(loop.body(), target, variable, around, found);
            case Stmt.Allocate allocate -> guards(allocate.body(), target, variable, around, found);
            case Stmt.Let let -> guards(let.body(), target, variable, around, found);
            case Stmt.Section section -> guards(section.body(), target, variable, around, found);
            case Stmt.Store store -> {}
        }
    }

    private static String key(String buffer, List<Dim> indices) {
        return buffer + indices;
    }

    private static Stmt redirect(Stmt statement, Map<String, Partial> partials, Dim index) {
        if (statement instanceof Stmt.Reduce(String buffer, List<Dim> indices, var combiner, Expr value)) {
            Partial partial = partials.get(key(buffer, indices));
            return partial == null
                    ? statement
                    : new Stmt.Reduce(partial.buffer().name(), List.of(index), combiner, value);
        }
        return Statements.withParts(statement, part -> redirect(part, partials, index));
    }

    private static Stmt initialise(Map<String, Partial> partials, Dim index) {
        List<Stmt> stores = new ArrayList<>();
        for (Partial partial : partials.values()) {
            Expr identity = new Expr.Constant(partial.buffer().dtype(), partial.identity());
            stores.add(new Stmt.Store(partial.buffer().name(), List.of(index), identity));
        }
        return Statements.block(stores);
    }

    private static Stmt combine(Map<String, Partial> partials, Dim index) {
        List<Stmt> reduces = new ArrayList<>();
        for (Partial partial : partials.values()) {
            Combiner combiner = partial.target().combiner().orElseThrow();
            Expr value = new Expr.Load(
                    partial.buffer().name(), List.of(index), partial.buffer().dtype());
            Access target = partial.target();
            Combiner join = combiner == Combiner.FMA ? Combiner.SUM : combiner;
            Stmt reduce = new Stmt.Reduce(target.buffer(), target.indices(), join, value);
            reduces.add(
                    partial.conditions().isEmpty()
                            ? reduce
                            : new Stmt.Guard(partial.conditions(), reduce, Stmt.NOTHING));
        }
        return Statements.block(reduces);
    }
}
