package dev.quern.ir.math;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One vector loop with reductions spelled out. Where lanes are joined, each lane's lifted element is kept, joined with that of the
 * lane half a vector further by the reduction's join, and so on, as {@link Stmt.ReduceInto} says; lanes that do not get there keep the identity.
 */
final class SpelledLanes {
    private final SpellReductions pass;
    private final Stmt.For loop;
    private final long lanes;
    private final Set<String> inside = new HashSet<>();
    private final List<Stmt> before = new ArrayList<>();
    private final List<Stmt> after = new ArrayList<>();
    private final List<Buffer> kept = new ArrayList<>();

    SpelledLanes(SpellReductions pass, Stmt.For loop) {
        this.pass = pass;
        this.loop = loop;
        this.lanes = Math.max(0, loop.extent().constant());
        inside.add(loop.variable());
    }

    Stmt spelled() {
        Stmt body = spell(loop.body(), List.of(), false);
        List<Stmt> all = new ArrayList<>(before);
        all.add(new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body));
        all.addAll(after);
        Stmt result = all.size() == 1 ? all.getFirst() : new Stmt.Block(all);
        for (Buffer buffer : kept.reversed()) {
            result = new Stmt.Allocate(buffer, result);
        }
        return result;
    }

    /**
     * The statement spelled out.
     *
     * @param conditions those around it that are the same in all lanes
     * @param partial whether some lanes may not get here
     */
    private Stmt spell(Stmt statement, List<Dim> conditions, boolean partial) {
        return switch (statement) {
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                List<Dim> more = new ArrayList<>(conditions);
                nonNegative.stream()
                        .filter(each -> each.symbols().stream().noneMatch(inside::contains))
                        .forEach(more::add);
                yield new Stmt.Guard(nonNegative, spell(then, more, true), spell(otherwise, conditions, true));
            }
            case Stmt.ReduceInto reduce -> {
                if (SpellReductions.isPlain(reduce)) {
                    yield reduce;
                }
                yield reduce.joinsLanes(inside) ? joined(reduce, conditions, partial) : pass.entered(reduce);
            }
            case Stmt other -> {
                inside.addAll(other.defined());
                yield Statements.withParts(other, part -> spell(part, conditions, partial));
            }
        };
    }

    private Stmt joined(Stmt.ReduceInto reduce, List<Dim> conditions, boolean partial) {
        Reduction reduction = reduce.reduction();
        List<Buffer> buffers = new ArrayList<>();
        for (int part = 0; part < reduce.targets().size(); part++) {
            List<Dim> extents = new ArrayList<>();
            for (Stmt.TargetAxis along : reduce.along()) {
                if (SpellReductions.isOver(reduce, part, along)) {
                    extents.add(along.extent());
                }
            }
            extents.add(loop.extent());
            Shape shape = new Shape(extents);
            String name = pass.fresh(
                    loop.variable() + ".lanes." + reduction.targets().get(part).name());
            MemorySpace space = shape.isConstant() ? MemorySpace.REGISTER : MemorySpace.SHARED;
            buffers.add(new Buffer(
                    name,
                    reduction.targets().get(part).dtype(),
                    shape,
                    Layout.rowMajor(shape),
                    space,
                    Buffer.Storage.ARRAY));
        }
        kept.addAll(buffers);
        if (partial) {
            before.add(idle(reduce, buffers));
        }
        long width = Long.highestOneBit(Math.max(1, lanes - 1)) * 2;
        for (long half = width / 2; half >= 1 && half < lanes; half /= 2) {
            String variable = pass.fresh(loop.variable() + ".join");
            Dim lane = Dim.symbol(variable);
            Stmt.ReduceInto halves = among(reduce, buffers, lane, lane.plus(half));
            after.add(new Stmt.For(
                    variable, Dim.of(Math.min(half, lanes - half)), LoopKind.VECTOR, pass.entered(halves)));
        }
        Stmt.ReduceInto last = renamed(new Stmt.ReduceInto(
                reduce.targets(), reduction.joined(), loads(reduce, buffers, Dim.ZERO), reduce.along()));
        Stmt join = SpellReductions.isPlain(last) ? last : pass.entered(last);
        after.add(conditions.isEmpty() ? join : new Stmt.Guard(conditions, join, Stmt.NOTHING));
        return pass.lifted(reduce, elements(reduce, buffers, Dim.symbol(loop.variable())));
    }

    private Stmt idle(Stmt.ReduceInto reduce, List<Buffer> buffers) {
        String variable = pass.fresh(loop.variable() + ".idle");
        List<Stmt> stores = new ArrayList<>();
        for (int part = 0; part < buffers.size(); part++) {
            Map<String, Dim> names = new HashMap<>();
            List<Stmt.TargetAxis> over = new ArrayList<>();
            for (Stmt.TargetAxis along : reduce.along()) {
                if (SpellReductions.isOver(reduce, part, along)) {
                    over.add(new Stmt.TargetAxis(pass.fresh(along.variable()), along.extent()));
                    names.put(along.variable(), Dim.symbol(over.getLast().variable()));
                }
            }
            Stmt.Element element =
                    elements(reduce, buffers, Dim.symbol(variable)).get(part);
            Expr identity = reduce.reduction().targets().get(part).identity();
            List<Dim> at = element.indices().stream()
                    .map(index -> index.substitute(names))
                    .toList();
            Stmt store = new Stmt.Store(element.buffer(), at, identity);
            for (Stmt.TargetAxis along : over.reversed()) {
                store = new Stmt.For(along.variable(), along.extent(), LoopKind.SERIAL, store);
            }
            stores.add(store);
        }
        return new Stmt.For(variable, loop.extent(), LoopKind.VECTOR, new Stmt.Block(stores));
    }

    /** What lane {@code from} has, joined to what lane {@code to} has. */
    private Stmt.ReduceInto among(Stmt.ReduceInto reduce, List<Buffer> buffers, Dim to, Dim from) {
        return renamed(new Stmt.ReduceInto(
                elements(reduce, buffers, to),
                reduce.reduction().joined(),
                loads(reduce, buffers, from),
                reduce.along()));
    }

    private static List<Stmt.Element> elements(Stmt.ReduceInto reduce, List<Buffer> buffers, Dim lane) {
        List<Stmt.Element> elements = new ArrayList<>();
        for (int part = 0; part < buffers.size(); part++) {
            elements.add(new Stmt.Element(buffers.get(part).name(), SpellReductions.indices(reduce, part, lane)));
        }
        return elements;
    }

    private static List<Expr> loads(Stmt.ReduceInto reduce, List<Buffer> buffers, Dim lane) {
        List<Expr> loads = new ArrayList<>();
        for (Stmt.Element element : elements(reduce, buffers, lane)) {
            loads.add(new Expr.Load(
                    element.buffer(),
                    element.indices(),
                    buffers.get(loads.size()).dtype()));
        }
        return loads;
    }

    /** The reduction with loops over parts of their own names. */
    private Stmt.ReduceInto renamed(Stmt.ReduceInto reduce) {
        Map<String, Dim> names = new HashMap<>();
        List<Stmt.TargetAxis> along = new ArrayList<>();
        for (Stmt.TargetAxis each : reduce.along()) {
            along.add(new Stmt.TargetAxis(pass.fresh(each.variable()), each.extent()));
            names.put(each.variable(), Dim.symbol(along.getLast().variable()));
        }
        return new Stmt.ReduceInto(
                reduce.targets().stream()
                        .map(target -> new Stmt.Element(
                                target.buffer(),
                                target.indices().stream()
                                        .map(index -> index.substitute(names))
                                        .toList()))
                        .toList(),
                reduce.reduction(),
                reduce.inputs().stream()
                        .map(input -> Expressions.withIndices(input, index -> index.substitute(names)))
                        .toList(),
                along);
    }
}
