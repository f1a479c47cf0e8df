package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;

/** A loop of {@code e} iterations becomes {@code ceil(e/f)} times {@code f}; the tail decides about what is too much. */
final class SplitLoop {
    private final Step.Split step;
    private final Application application;

    private SplitLoop(Step.Split step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.Split step, Application application) {
        if (step.factor() < 1) {
            throw application.refusal("factor " + step.factor() + " is less than 1");
        }
        return application.atLoops(step.loop(), new SplitLoop(step, application)::split);
    }

    private Stmt split(Stmt.For loop, ScheduleScope scope) {
        if (loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.PARALLEL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        long factor = step.factor();
        Dim extent = atLeastZero(loop.extent(), scope);
        Dim whole = scope.wholeTiles(extent, factor);
        Dim ceiling = scope.simplify(extent.ceilDiv(Dim.of(factor)));
        boolean exact = scope.simplify(extent.minus(whole.times(factor))).is(0);
        String outer = application.names().take(loop.variable() + ".o");
        String inner = application.names().take(loop.variable() + ".i");
        Dim index = Dim.symbol(outer).times(factor).plus(Dim.symbol(inner));
        Dim left = extent.minus(1).minus(index);
        Stmt body = Substitution.of(loop.variable(), index).in(loop.body());
        if (exact) {
            return nest(loop, outer, whole, inner, Dim.of(factor), body);
        }
        return switch (step.tail()) {
            case EXACT -> throw application.refusal(factor + " does not divide extent " + extent);
            case CLAMP -> {
                Dim rest = extent.minus(Dim.symbol(outer).times(factor));
                yield nest(loop, outer, ceiling, inner, Dim.of(factor).min(rest), body);
            }
            case MASK -> nest(loop, outer, ceiling, inner, Dim.of(factor), Statements.when(left, body));
            case PEEL -> peel(loop, extent, whole, nest(loop, outer, whole, inner, Dim.of(factor), body));
            case PAD -> {
                Stmt.For tiles = new Stmt.For(outer, ceiling, LoopKind.SERIAL, Stmt.NOTHING);
                Stmt.For tile = new Stmt.For(inner, Dim.of(factor), LoopKind.SERIAL, Stmt.NOTHING);
                ScheduleScope inside = scope.inside(tiles).inside(tile);
                yield nest(
                        loop,
                        outer,
                        ceiling,
                        inner,
                        Dim.of(factor),
                        new PaddedBody(left, outer, inner).guarded(body, inside));
            }
        };
    }

    private Stmt peel(Stmt.For loop, Dim extent, Dim whole, Stmt main) {
        if (loop.kind() == LoopKind.PARALLEL) {
            throw application.refusal(loop.variable() + " is bound to PARALLEL, and a peeled loop is no single loop");
        }
        String tail = application.names().take(loop.variable() + ".t");
        Dim index = whole.times(step.factor()).plus(Dim.symbol(tail));
        Stmt copy = Substitution.copy(loop.body(), application.names());
        Stmt body = Substitution.of(loop.variable(), index).in(copy);
        return Statements.block(main, Statements.serial(tail, extent.minus(whole.times(step.factor())), body));
    }

    private static Stmt nest(Stmt.For loop, String outer, Dim outerExtent, String inner, Dim innerExtent, Stmt body) {
        return new Stmt.For(outer, outerExtent, loop.kind(), Statements.serial(inner, innerExtent, body));
    }

    /** A negative extent means no iterations, which a division would make some. */
    static Dim atLeastZero(Dim extent, ScheduleScope scope) {
        return scope.nonNegative(extent) ? extent : extent.max(Dim.ZERO);
    }
}
