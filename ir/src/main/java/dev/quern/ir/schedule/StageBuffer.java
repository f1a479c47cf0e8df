package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an iteration of a loop reads of a buffer is copied first, and read from the copy. The copy is a box: per axis, from a
 * start that does not vary within the iteration as far as the inner loops reach.
 */
final class StageBuffer {
    /** One axis of the box. */
    private record BoxSide(Dim start, Dim extent) {}

    private final Step.Stage step;
    private final Application application;

    private StageBuffer(Step.Stage step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.Stage step, Application application) {
        return application.atLoops(step.loop(), new StageBuffer(step, application)::stage);
    }

    private Stmt stage(Stmt.For loop, ScheduleScope scope) {
        if (loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.PARALLEL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        ScheduleScope inside = scope.inside(loop);
        List<Access> reads = BufferAccesses.of(loop.body(), inside).stream()
                .filter(access -> access.buffer().equals(step.buffer()))
                .toList();
        if (reads.isEmpty()) {
            throw application.refusal("the body of " + loop.variable() + " does not read " + step.buffer());
        }
        for (Access access : reads) {
            if (access.kind() != BufferAccesses.AccessKind.READ) {
                throw application.refusal("the body of " + loop.variable() + " " + access);
            }
        }
        Buffer source = inside.buffer(step.buffer());
        List<BoxSide> box = new ArrayList<>();
        for (int axis = 0; axis < source.shape().rank(); axis++) {
            box.add(axis(reads, axis));
        }
        Shape shape = new Shape(box.stream().map(BoxSide::extent).toList());
        if (step.space() == MemorySpace.REGISTER && !shape.isConstant()) {
            throw application.refusal("the copy has shape " + shape + "; registers need a constant one");
        }
        String name = application.names().take(source.name() + ".s");
        Buffer copy = new Buffer(name, source.dtype(), shape, Layout.rowMajor(shape), step.space(), source.storage());
        Stmt body = Statements.block(fill(source, copy, box), redirect(loop.body(), source.name(), name, box));
        return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), new Stmt.Allocate(copy, body));
    }

    /** The part of an axis that every read lies in. */
    private BoxSide axis(List<Access> reads, int axis) {
        Dim start = null;
        List<Dim> offsets = new ArrayList<>();
        for (Access access : reads) {
            Dim fixed = Dim.ZERO;
            Dim inner = Dim.ZERO;
            for (Dim.Term term :
                    access.scope().simplify(access.indices().get(axis)).terms()) {
                Dim one = Dim.of(term);
                if (one.isConstant() || one.symbols().stream().anyMatch(access.inner()::contains)) {
                    inner = inner.plus(one);
                } else {
                    fixed = fixed.plus(one);
                }
            }
            if (start != null && !start.equals(fixed)) {
                throw application.refusal(
                        "it reads axis " + axis + " of " + step.buffer() + " from " + start + " and from " + fixed);
            }
            start = fixed;
            offsets.add(inner);
        }
        long least = 0;
        for (Dim offset : offsets) {
            least = Math.min(least, constantTerm(offset));
        }
        Dim extent = Dim.ONE;
        for (int i = 0; i < offsets.size(); i++) {
            Dim offset = offsets.get(i).minus(least);
            Access access = reads.get(i);
            if (!access.scope().nonNegative(offset)) {
                throw application.refusal("axis " + axis + " of " + step.buffer() + " is read at " + offset
                        + " past its start, which may be negative");
            }
            Dim length = greatest(offset, access)
                    .orElseThrow(() -> application.refusal(
                            "axis of " + step.buffer() + " is read at " + offset + ", of no known bound"))
                    .plus(1);
            extent = access.scope().simplify(extent.max(length));
        }
        return new BoxSide(start.plus(least), extent);
    }

    private static long constantTerm(Dim dim) {
        return dim.terms().stream()
                .filter(term -> term.atoms().isEmpty())
                .mapToLong(Dim.Term::coefficient)
                .sum();
    }

    /** The greatest value over the loops around the access, as far as those inside the staged loop go. */
    private static Optional<Dim> greatest(Dim offset, Access access) {
        Dim bound = offset;
        for (Stmt.For loop : access.scope().loops().reversed()) {
            String variable = loop.variable();
            if (!access.inner().contains(variable) || !bound.dependsOn(variable)) {
                continue;
            }
            Optional<Dim> slope = bound.coefficient(variable);
            if (slope.isEmpty()) {
                return Optional.empty();
            }
            Dim last = access.scope().bound(loop.extent()).minus(1);
            Dim at = access.scope().nonNegative(slope.get()) ? last : Dim.ZERO;
            if (at.is(0) && !access.scope().nonNegative(slope.get().times(-1))) {
                return Optional.empty();
            }
            bound = bound.substitute(Map.of(variable, at));
        }
        return bound.symbols().stream().anyMatch(access.inner()::contains) ? Optional.empty() : Optional.of(bound);
    }

    private Stmt fill(Buffer source, Buffer copy, List<BoxSide> box) {
        List<String> variables = new ArrayList<>();
        List<Dim> to = new ArrayList<>();
        List<Dim> from = new ArrayList<>();
        List<Dim> inside = new ArrayList<>();
        for (int axis = 0; axis < box.size(); axis++) {
            String variable = application.names().take(copy.name() + axis);
            variables.add(variable);
            to.add(Dim.symbol(variable));
            Dim index = box.get(axis).start().plus(Dim.symbol(variable));
            from.add(index);
            inside.add(index);
            inside.add(source.shape().dim(axis).minus(1).minus(index));
        }
        Stmt result = new Stmt.Guard(
                inside,
                new Stmt.Store(copy.name(), to, new Expr.Load(source.name(), from, source.dtype())),
                Stmt.NOTHING);
        for (int axis = box.size() - 1; axis >= 0; axis--) {
            result = Statements.serial(variables.get(axis), box.get(axis).extent(), result);
        }
        return result;
    }

    private static Stmt redirect(Stmt statement, String source, String copy, List<BoxSide> box) {
        return switch (statement) {
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) ->
                new Stmt.Store(buffer, indices, redirect(value, source, copy, box));
            case Stmt.ReduceInto(var targets, var reduction, List<Expr> inputs, var along) ->
                new Stmt.ReduceInto(
                        targets,
                        reduction,
                        inputs.stream()
                                .map(input -> redirect(input, source, copy, box))
                                .toList(),
                        along);
            case Stmt.Let(String name, Expr value, Stmt body) ->
                new Stmt.Let(name, redirect(value, source, copy, box), redirect(body, source, copy, box));
            case Stmt other -> Statements.withParts(other, part -> redirect(part, source, copy, box));
        };
    }

    private static Expr redirect(Expr expression, String source, String copy, List<BoxSide> box) {
        return Expressions.withLeaves(expression, leaf -> {
            if (!(leaf instanceof Expr.Load(String buffer, List<Dim> indices, var dtype)) || !buffer.equals(source)) {
                return leaf;
            }
            List<Dim> moved = new ArrayList<>();
            for (int axis = 0; axis < indices.size(); axis++) {
                moved.add(indices.get(axis).minus(box.get(axis).start()));
            }
            return new Expr.Load(copy, moved, dtype);
        });
    }
}
