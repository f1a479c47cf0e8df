package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a buffer that accesses to it lie in: per axis, from a start that does not vary with the loops inside, as far as these reach.
 *
 * @param sides one for each axis
 */
record AccessBox(List<BoxSide> sides) {
    /** One axis of the box. */
    record BoxSide(Dim start, Dim extent) {}

    AccessBox {
        sides = List.copyOf(sides);
    }

    /** That of {@code accesses} to {@code buffer}; refused where there is none. */
    static AccessBox of(Buffer buffer, List<Access> accesses, Application application) {
        List<BoxSide> sides = new ArrayList<>();
        for (int axis = 0; axis < buffer.shape().rank(); axis++) {
            sides.add(new BoxSideOfAxis(buffer.name(), axis, accesses, application).side());
        }
        return new AccessBox(sides);
    }

    Shape shape() {
        return new Shape(sides.stream().map(BoxSide::extent).toList());
    }

    /** The element of the buffer that is the box's at {@code indices}. */
    List<Dim> outside(List<Dim> indices) {
        List<Dim> moved = new ArrayList<>();
        for (int axis = 0; axis < indices.size(); axis++) {
            moved.add(sides.get(axis).start().plus(indices.get(axis)));
        }
        return moved;
    }

    /** The reverse. */
    List<Dim> inside(List<Dim> indices) {
        List<Dim> moved = new ArrayList<>();
        for (int axis = 0; axis < indices.size(); axis++) {
            moved.add(indices.get(axis).minus(sides.get(axis).start()));
        }
        return moved;
    }

    /** {@code statement} with accesses to {@code buffer} as accesses to {@code copy}, which holds the box. */
    Stmt redirect(Stmt statement, String buffer, String copy) {
        return switch (statement) {
            case Stmt.Store(String written, List<Dim> indices, Expr value) -> {
                Expr redirected = redirect(value, buffer, copy);
                yield written.equals(buffer)
                        ? new Stmt.Store(copy, inside(indices), redirected)
                        : new Stmt.Store(written, indices, redirected);
            }
            case Stmt.ReduceInto(var targets, var reduction, List<Expr> inputs, var along) ->
                new Stmt.ReduceInto(
                        targets.stream()
                                .map(target -> target.buffer().equals(buffer)
                                        ? new Stmt.Element(copy, inside(target.indices()))
                                        : target)
                                .toList(),
                        reduction,
                        inputs.stream()
                                .map(input -> redirect(input, buffer, copy))
                                .toList(),
                        along);
            case Stmt.Let(String name, Expr value, Stmt body) ->
                new Stmt.Let(name, redirect(value, buffer, copy), redirect(body, buffer, copy));
            case Stmt other -> Statements.withParts(other, part -> redirect(part, buffer, copy));
        };
    }

    private Expr redirect(Expr expression, String buffer, String copy) {
        return Expressions.withLeaves(
                expression,
                leaf -> leaf instanceof Expr.Load(String read, List<Dim> indices, var dtype) && read.equals(buffer)
                        ? new Expr.Load(copy, inside(indices), dtype)
                        : leaf);
    }

    /** One axis of one buffer. */
    private record BoxSideOfAxis(String buffer, int axis, List<Access> accesses, Application application) {
        /** The part of an axis that every access lies in. */
        BoxSide side() {
            Dim start = null;
            List<Dim> offsets = new ArrayList<>();
            for (Access access : accesses) {
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
                            "it touches axis " + axis + " of " + buffer + " from " + start + " and from " + fixed);
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
                Access access = accesses.get(i);
                if (!access.scope().nonNegative(offset)) {
                    throw application.refusal("axis " + axis + " of " + buffer + " is touched at " + offset
                            + " past its start, which may be negative");
                }
                Dim length = greatest(offset, access)
                        .orElseThrow(() -> application.refusal(
                                "axis of " + buffer + " is touched at " + offset + ", of no known bound"))
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
    }
}
