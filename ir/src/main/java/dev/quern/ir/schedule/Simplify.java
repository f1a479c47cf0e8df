package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Lists;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cleans a kernel up: index arithmetic in its simplest form, decided guards and empty loops gone, blocks flat, unused
 * allocations and lets gone, names of indices replaced by these. Loops of one iteration stay, so that later steps can name them, until {@link #finish}.
 */
final class Simplify {
    private Simplify() {}

    /** @param ranges what is known outside all loops */
    static Kernel simplify(Kernel kernel, DimRanges ranges) {
        return kernel.withBody(simplify(kernel.body(), ScheduleScope.of(kernel, ranges)));
    }

    /** The last pass: loops of one iteration are replaced by their bodies, and conditions and lets stand outside the loops that do not change them. */
    static Kernel finish(Kernel kernel, DimRanges ranges) {
        Kernel simple = simplify(kernel.withBody(withoutUnitLoops(kernel.body())), ranges);
        return simple.withBody(HoistLets.hoist(HoistGuards.hoist(simple.body())));
    }

    private static Stmt withoutUnitLoops(Stmt statement) {
        if (statement instanceof Stmt.For loop && loop.extent().is(1)) {
            return withoutUnitLoops(Substitution.of(loop.variable(), Dim.ZERO).in(loop.body()));
        }
        if (statement instanceof Stmt.Section(var _, Realisation.CopyPipeline _, Stmt.For loop)
                && loop.extent().is(1)) {
            return withoutUnitLoops(loop);
        }
        return Statements.withParts(statement, Simplify::withoutUnitLoops);
    }

    private static Stmt simplify(Stmt statement, ScheduleScope scope) {
        return switch (statement) {
            case Stmt.Block block -> simplify(block, scope);
            case Stmt.For loop -> simplify(loop, scope);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) ->
                new Stmt.Store(buffer, simplify(indices, scope), simplify(value, scope));
            case Stmt.ReduceInto reduce -> simplify(reduce, scope);
            case Stmt.Allocate allocate -> simplify(allocate, scope);
            case Stmt.Guard guard -> simplify(guard, scope);
            case Stmt.Let let -> simplify(let, scope);
            case Stmt.Section(String name, var by, Stmt body) -> {
                Stmt inner = simplify(body, scope);
                yield Statements.isNothing(inner) ? Stmt.NOTHING : new Stmt.Section(name, by, inner);
            }
        };
    }

    private static List<Dim> simplify(List<Dim> dims, ScheduleScope scope) {
        return Lists.map(dims, scope::simplify);
    }

    private static Expr simplify(Expr expression, ScheduleScope scope) {
        return Expressions.withIndices(expression, scope::simplify);
    }

    private static Stmt simplify(Stmt.ReduceInto reduce, ScheduleScope scope) {
        ScheduleScope inside = scope.inside(reduce);
        return new Stmt.ReduceInto(
                Lists.map(
                        reduce.targets(),
                        target -> new Stmt.Element(target.buffer(), simplify(target.indices(), inside))),
                reduce.reduction(),
                Lists.map(reduce.inputs(), input -> simplify(input, inside)),
                Lists.map(reduce.along(), each -> new Stmt.TargetAxis(each.variable(), scope.simplify(each.extent()))));
    }

    private static Stmt simplify(Stmt.Block block, ScheduleScope scope) {
        List<Stmt> kept = new ArrayList<>();
        for (Stmt statement : block.statements()) {
            Stmt simple = simplify(statement, scope);
            if (!kept.isEmpty()
                    && kept.getLast() instanceof Stmt.Guard(var before, Stmt first, Stmt firstElse)
                    && simple instanceof Stmt.Guard(var after, Stmt second, Stmt secondElse)
                    && before.equals(after)) {
                Stmt then = Statements.block(first, second);
                kept.set(kept.size() - 1, new Stmt.Guard(before, then, Statements.block(firstElse, secondElse)));
            } else if (!Statements.isNothing(simple)) {
                kept.add(simple);
            }
        }
        return Statements.block(kept);
    }

    private static Stmt simplify(Stmt.For loop, ScheduleScope scope) {
        Dim extent = scope.simplify(loop.extent());
        if (scope.nonNegative(extent.times(-1))) {
            return Stmt.NOTHING;
        }
        Stmt.For simple = new Stmt.For(loop.variable(), extent, loop.kind(), loop.body());
        Stmt body = simplify(loop.body(), scope.inside(simple));
        return Statements.isNothing(body) ? Stmt.NOTHING : new Stmt.For(loop.variable(), extent, loop.kind(), body);
    }

    private static Stmt simplify(Stmt.Allocate allocate, ScheduleScope scope) {
        Buffer buffer = allocate.buffer().withDims(scope::simplify);
        Stmt body = simplify(allocate.body(), scope.inside(new Stmt.Allocate(buffer, allocate.body())));
        return BufferAccesses.buffers(body).contains(buffer.name()) ? new Stmt.Allocate(buffer, body) : body;
    }

    private static Stmt simplify(Stmt.Guard guard, ScheduleScope scope) {
        List<Dim> open = new ArrayList<>();
        for (Dim condition : simplify(guard.nonNegative(), scope)) {
            if (scope.negative(condition)) {
                return simplify(guard.otherwise(), scope);
            }
            if (!scope.nonNegative(condition) && !open.contains(condition)) {
                open.add(condition);
            }
        }
        if (open.isEmpty()) {
            return simplify(guard.then(), scope);
        }
        Stmt then = simplify(guard.then(), scope.when(open));
        Stmt otherwise = simplify(guard.otherwise(), scope.unless(open));
        if (Statements.isNothing(then) && Statements.isNothing(otherwise)) {
            return Stmt.NOTHING;
        }
        if (Statements.isNothing(otherwise)
                && then instanceof Stmt.Guard(List<Dim> inner, Stmt body, Stmt none)
                && Statements.isNothing(none)) {
            open.addAll(inner);
            return new Stmt.Guard(open, body, Stmt.NOTHING);
        }
        return new Stmt.Guard(open, then, otherwise);
    }

    private static Stmt simplify(Stmt.Let let, ScheduleScope scope) {
        Optional<Dim> index = IndexNames.named(let);
        if (index.isPresent()) {
            return simplify(Substitution.of(let.name(), index.get()).in(let.body()), scope);
        }
        Expr value = simplify(let.value(), scope);
        Stmt body = simplify(let.body(), scope.inside(let));
        return mentions(body, let.name()) ? new Stmt.Let(let.name(), value, body) : body;
    }

    /** Whether {@code symbol} occurs in an index, extent or condition. */
    static boolean mentions(Stmt statement, String symbol) {
        boolean[] found = {false};
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                found[0] |= dim.dependsOn(symbol);
            }
        }.stmt(statement);
        return found[0];
    }
}
