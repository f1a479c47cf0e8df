package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** What is known at a place of a kernel: ranges of the loop variables around it, guards that hold, buffers in sight. */
final class ScheduleScope {
    private final DimRanges ranges;
    private final List<Dim> facts;
    private final Map<String, Buffer> buffers;
    private final List<Stmt.For> loops;

    private ScheduleScope(DimRanges ranges, List<Dim> facts, Map<String, Buffer> buffers, List<Stmt.For> loops) {
        this.ranges = ranges;
        this.loops = loops;
        this.facts = facts;
        this.buffers = buffers;
    }

    static ScheduleScope of(Kernel kernel) {
        return of(kernel, DimRanges.NONE);
    }

    /** Around {@code kernel}, of whose loops nothing is known but {@code ranges}. */
    static ScheduleScope of(Kernel kernel, DimRanges ranges) {
        Map<String, Buffer> buffers = new HashMap<>();
        for (Buffer parameter : kernel.parameters()) {
            buffers.put(parameter.name(), parameter);
        }
        return new ScheduleScope(ranges, List.of(), buffers, List.of());
    }

    /** Inside the loop, where its extent is known to be positive. */
    ScheduleScope inside(Stmt.For loop) {
        List<Stmt.For> more = new ArrayList<>(loops);
        more.add(loop);
        DimRanges inner = ranges.with(loop.variable(), loop.extent());
        return new ScheduleScope(inner, facts, buffers, List.copyOf(more))
                .when(List.of(loop.extent().minus(1)));
    }

    /** At the wide targets and inputs of a reduction, which need not have parts. */
    ScheduleScope inside(Stmt.ReduceInto reduce) {
        List<Stmt.For> more = new ArrayList<>(loops);
        DimRanges inner = ranges;
        for (Stmt.TargetAxis each : reduce.along()) {
            more.add((Stmt.For) Statements.serial(each.variable(), each.extent(), reduce));
            inner = inner.with(each.variable(), each.extent());
        }
        return reduce.along().isEmpty() ? this : new ScheduleScope(inner, facts, buffers, List.copyOf(more));
    }

    ScheduleScope inside(Stmt.Let let) {
        return new ScheduleScope(ranges.withUnknown(let.name()), facts, buffers, loops);
    }

    ScheduleScope inside(Stmt.Allocate allocate) {
        Map<String, Buffer> more = new HashMap<>(buffers);
        more.put(allocate.buffer().name(), allocate.buffer());
        return new ScheduleScope(ranges, facts, more, loops);
    }

    ScheduleScope when(List<Dim> nonNegative) {
        List<Dim> more = new ArrayList<>(facts);
        for (Dim fact : nonNegative) {
            if (!fact.isConstant()) {
                more.add(fact);
            }
        }
        return new ScheduleScope(ranges, List.copyOf(more), buffers, loops);
    }

    /** Where a guard has failed. */
    ScheduleScope unless(List<Dim> nonNegative) {
        return nonNegative.size() == 1
                ? when(List.of(nonNegative.getFirst().times(-1).minus(1)))
                : this;
    }

    /** {@code statement}, which stands here, with the statements directly inside it replaced; with each comes what is known there. */
    Stmt withParts(Stmt statement, BiFunction<Stmt, ScheduleScope, Stmt> change) {
        return switch (statement) {
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) ->
                new Stmt.Guard(
                        nonNegative,
                        change.apply(then, when(nonNegative)),
                        change.apply(otherwise, unless(nonNegative)));
            case Stmt.For loop -> withParts(loop, inside(loop), change);
            case Stmt.Let let -> withParts(let, inside(let), change);
            case Stmt.Allocate allocate -> withParts(allocate, inside(allocate), change);
            case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Section _ -> withParts(statement, this, change);
        };
    }

    private static Stmt withParts(Stmt statement, ScheduleScope inside, BiFunction<Stmt, ScheduleScope, Stmt> change) {
        return Statements.withParts(statement, part -> change.apply(part, inside));
    }

    /** Shows the statements directly inside {@code statement}, which stands here, and what is known there. */
    void parts(Stmt statement, BiConsumer<Stmt, ScheduleScope> action) {
        withParts(statement, (part, scope) -> {
            action.accept(part, scope);
            return part;
        });
    }

    Buffer buffer(String name) {
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("no buffer " + name + " in sight; there are " + buffers.keySet());
        }
        return buffer;
    }

    /** What is known of the variables of loops around this place. */
    DimRanges ranges() {
        return ranges;
    }

    /** The loops around this place, outermost first. */
    List<Stmt.For> loops() {
        return loops;
    }

    boolean nonNegative(Dim dim) {
        if (ranges.nonNegative(dim)) {
            return true;
        }
        if (!dim.isConstant()) {
            for (Dim fact : facts) {
                if (dim.dependsOnAny(fact.symbols()) && ranges.nonNegative(dim.minus(fact))) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean positive(Dim dim) {
        return nonNegative(dim.minus(1));
    }

    boolean negative(Dim dim) {
        return nonNegative(dim.times(-1).minus(1));
    }

    /** Whether {@code dim} is proved to lie in {@code [0, extent)}. */
    boolean within(Dim dim, Dim extent) {
        return nonNegative(dim) && nonNegative(extent.minus(1).minus(dim));
    }

    /** Something that {@code extent} does not exceed here, a constant if one is in sight. */
    Dim bound(Dim extent) {
        Dim bound = extent;
        for (Stmt.For loop : loops.reversed()) {
            Optional<Dim> slope = bound.coefficient(loop.variable());
            if (slope.isPresent() && slope.get().isConstant() && !slope.get().is(0)) {
                Dim end = slope.get().constant() > 0 ? loop.extent().minus(1) : Dim.ZERO;
                bound = bound.substitute(Map.of(loop.variable(), end));
            }
        }
        if (bound.terms().size() == 1 && bound.terms().getFirst().coefficient() == 1) {
            List<Dim.Atom> atoms = bound.terms().getFirst().atoms();
            if (atoms.size() == 1 && atoms.getFirst() instanceof Dim.Min(Dim left, Dim right)) {
                Dim first = bound(left);
                Dim second = bound(right);
                return first.isConstant() && second.isConstant()
                        ? first.min(second)
                        : first.isConstant() ? first : second.isConstant() ? second : extent;
            }
            if (atoms.size() == 1 && atoms.getFirst() instanceof Dim.Max(Dim left, Dim right)) {
                Dim most = bound(left).max(bound(right));
                return most.isConstant() ? most : extent;
            }
        }
        return bound.isConstant() ? bound : extent;
    }

    /** The quotient rounded down, of an extent that is not negative. */
    Dim wholeTiles(Dim extent, long factor) {
        return within(extent, Dim.of(factor)) ? Dim.ZERO : simplify(extent.floorDiv(Dim.of(factor)));
    }

    Dim simplify(Dim dim) {
        return ranges.simplify(dim);
    }
}
