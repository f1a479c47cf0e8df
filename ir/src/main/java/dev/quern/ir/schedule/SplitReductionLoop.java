package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A reduction loop accumulates into several partial results, each in a register of its own, which are combined after it. What is
 * left over after whole tiles is, when peeled, reduced directly.
 */
final class SplitReductionLoop {
    /** One reduced value, the buffers of its partial results, and what must hold for the value to be there. */
    private record Partial(Stmt.ReduceInto value, List<Buffer> buffers, List<Dim> conditions) {
        /** The parts of the partial result at {@code index}, the last axis of each buffer. */
        List<Stmt.Element> at(Dim index, List<Stmt.TargetAxis> along) {
            List<Stmt.Element> elements = new ArrayList<>();
            for (int part = 0; part < buffers.size(); part++) {
                List<Dim> indices = new ArrayList<>();
                for (int axis = 0; axis < along.size(); axis++) {
                    if (isOver(part, axis)) {
                        indices.add(Dim.symbol(along.get(axis).variable()));
                    }
                }
                indices.add(index);
                elements.add(new Stmt.Element(buffers.get(part).name(), indices));
            }
            return elements;
        }

        private boolean isOver(int part, int axis) {
            return isWide(value, part, value.along().get(axis));
        }
    }

    private static boolean isWide(Stmt.ReduceInto value, int part, Stmt.TargetAxis along) {
        return value.targets().get(part).indices().stream().anyMatch(index -> index.dependsOn(along.variable()));
    }

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
            for (Buffer buffer : partial.buffers().reversed()) {
                result = new Stmt.Allocate(buffer, result);
            }
        }
        return result;
    }

    private static Stmt nest(String outer, Dim outerExtent, String inner, Dim innerExtent, Stmt body) {
        return Statements.serial(outer, outerExtent, Statements.serial(inner, innerExtent, body));
    }

    /** Partial results for every value that several iterations reduce into, by its text. */
    private Map<String, Partial> partials(Stmt.For loop, ScheduleScope scope) {
        Dependence.LoopVerdict verdict = Dependence.of(loop, scope);
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
            Stmt.ReduceInto value = access.reduce().orElseThrow();
            Set<String> inner = new HashSet<>(access.inner());
            inner.removeAll(value.alongVariables());
            for (Dim index : access.indices()) {
                if (index.dependsOn(loop.variable()) || index.symbols().stream().anyMatch(inner::contains)) {
                    throw application.refusal("it " + access + ", at an index that varies within an iteration");
                }
            }
            for (Stmt.TargetAxis along : value.along()) {
                Dim extent = along.extent();
                if (extent.dependsOn(loop.variable())
                        || extent.symbols().stream().anyMatch(inner::contains)) {
                    throw application.refusal("it " + access + ", which is wider or narrower in each iteration");
                }
            }
            partials.computeIfAbsent(WideTargets.key(value), key -> partial(value, access, inner, loop, scope));
        }
        return partials;
    }

    private Partial partial(
            Stmt.ReduceInto value, Access access, Set<String> inner, Stmt.For loop, ScheduleScope scope) {
        List<List<Dim>> guards = new ArrayList<>();
        guards(loop.body(), WideTargets.key(value), inner, loop.variable(), List.of(), guards);
        List<Dim> conditions = new ArrayList<>(guards.getFirst());
        guards.forEach(conditions::retainAll);
        ScheduleScope after = scope.when(conditions).inside(value);
        List<Buffer> buffers = new ArrayList<>();
        for (int part = 0; part < value.targets().size(); part++) {
            List<Dim> indices = value.targets().get(part).indices();
            Buffer target = access.scope().buffer(value.targets().get(part).buffer());
            for (int axis = 0; axis < target.shape().rank(); axis++) {
                if (!after.within(indices.get(axis), target.shape().dim(axis))) {
                    throw application.refusal("the element " + target.name() + indices
                            + " may not exist where the loop has no iterations");
                }
            }
            List<Dim> extents = new ArrayList<>();
            for (Stmt.TargetAxis along : value.along()) {
                if (isWide(value, part, along)) {
                    extents.add(along.extent());
                }
            }
            extents.add(Dim.of(step.factor()));
            Shape shape = new Shape(extents);
            String name = application.names().take(target.name() + ".p");
            MemorySpace space = shape.isConstant() ? MemorySpace.REGISTER : MemorySpace.SHARED;
            buffers.add(new Buffer(name, target.dtype(), shape, Layout.rowMajor(shape), space, Buffer.Storage.ARRAY));
        }
        return new Partial(value, List.copyOf(buffers), conditions);
    }

    /** Collects for each update of the value the guards around it that are the same in all iterations. */
    private static void guards(
            Stmt statement, String key, Set<String> inner, String variable, List<Dim> around, List<List<Dim>> found) {
        switch (statement) {
            case Stmt.ReduceInto reduce -> {
                if (WideTargets.key(reduce).equals(key)) {
                    found.add(around);
                }
            }
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                List<Dim> more = new ArrayList<>(around);
                for (Dim condition : nonNegative) {
                    if (!condition.dependsOn(variable)
                            && condition.symbols().stream().noneMatch(inner::contains)) {
                        more.add(condition);
                    }
                }
                guards(then, key, inner, variable, more, found);
                guards(otherwise, key, inner, variable, around, found);
            }
            case Stmt.Block _, Stmt.For _, Stmt.Store _, Stmt.Allocate _, Stmt.Let _, Stmt.Section _ ->
                statement.parts().forEach(part -> guards(part, key, inner, variable, around, found));
        }
    }

    private static Stmt redirect(Stmt statement, Map<String, Partial> partials, Dim index) {
        if (statement instanceof Stmt.ReduceInto reduce) {
            Partial partial = partials.get(WideTargets.key(reduce));
            return partial == null
                    ? statement
                    : new Stmt.ReduceInto(
                            partial.at(index, reduce.along()), reduce.reduction(), reduce.inputs(), reduce.along());
        }
        return Statements.withParts(statement, part -> redirect(part, partials, index));
    }

    private Stmt initialise(Map<String, Partial> partials, Dim index) {
        List<Stmt> stores = new ArrayList<>();
        for (Partial partial : partials.values()) {
            Stmt.ReduceInto value = partial.value();
            List<Stmt.Element> elements = partial.at(index, value.along());
            for (int part = 0; part < elements.size(); part++) {
                Expr identity = value.reduction().targets().get(part).identity();
                Stmt.Element element = elements.get(part);
                Stmt store = new Stmt.Store(element.buffer(), element.indices(), identity);
                for (Stmt.TargetAxis along : value.along().reversed()) {
                    if (isWide(value, part, along)) {
                        store = Statements.serial(along.variable(), along.extent(), store);
                    }
                }
                stores.add(value.along().isEmpty() ? store : Substitution.copy(store, application.names()));
            }
        }
        return Statements.block(stores);
    }

    private Stmt combine(Map<String, Partial> partials, Dim index) {
        List<Stmt> reduces = new ArrayList<>();
        for (Partial partial : partials.values()) {
            Stmt.ReduceInto value = partial.value();
            List<Expr> parts = new ArrayList<>();
            for (Stmt.Element element : partial.at(index, value.along())) {
                Buffer buffer = partial.buffers().get(parts.size());
                parts.add(new Expr.Load(element.buffer(), element.indices(), buffer.dtype()));
            }
            Stmt reduce = Substitution.copy(
                    new Stmt.ReduceInto(value.targets(), value.reduction().joined(), parts, value.along()),
                    application.names());
            reduces.add(
                    partial.conditions().isEmpty()
                            ? reduce
                            : new Stmt.Guard(partial.conditions(), reduce, Stmt.NOTHING));
        }
        return Statements.block(reduces);
    }
}
