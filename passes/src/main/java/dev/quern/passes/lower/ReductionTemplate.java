package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Reductions, arguments of the greatest and least, and running combinations. */
final class ReductionTemplate {
    private ReductionTemplate() {}

    /** {@code acc = identity; for k: acc = acc ∘ x[i, k]; y[i] = acc}. */
    static Lowered reduce(Drawing drawing, Op.Reduce reduce) {
        Shape from = drawing.anchor().input(0).type().shape();
        List<Sketch.SketchLoop> outer = new ArrayList<>();
        List<Sketch.SketchLoop> inner = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            boolean reduced = reduce.axes().contains(axis);
            Sketch.SketchLoop loop =
                    drawing.sketch().loop(reduced ? AxisRole.REDUCED : AxisRole.ELEMENT, from.dim(axis));
            (reduced ? inner : outer).add(loop);
            source.add(loop.index());
        }
        DType type = ScalarTerms.arithmetic(drawing.anchor().output().type().dtype());
        Buffer sum = drawing.sketch().scalar("acc", type);
        Stmt join = drawing.elements()
                .site(() -> new Stmt.ReduceInto(
                        sum.name(), List.of(), reduce.combiner(), ScalarTerms.wide(drawing.operand(0, source))));
        Stmt store = drawing.store(Sketch.indices(outer), Sketch.read(sum.name(), type));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), Reductions.empty(reduce.combiner(), type)), Sketch.nest(inner, join), store);
        return drawing.finish("reduction", Sketch.nest(outer, new Stmt.Allocate(sum, body)));
    }

    /** The best value with its place, of which the place is stored; of no elements the first. */
    static Lowered argument(Drawing drawing, Op.ArgReduce argument) {
        Shape from = drawing.anchor().input(0).type().shape();
        List<Sketch.SketchLoop> outer = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        Sketch.SketchLoop along = null;
        for (int axis = 0; axis < from.rank(); axis++) {
            Sketch.SketchLoop loop = drawing.sketch()
                    .loop(axis == argument.axis() ? AxisRole.REDUCED : AxisRole.ELEMENT, from.dim(axis));
            source.add(loop.index());
            if (axis == argument.axis()) {
                along = loop;
            } else {
                outer.add(loop);
            }
        }
        DType type = ScalarTerms.arithmetic(drawing.anchor().input(0).type().dtype());
        // Lanes have one width; no tensor has an axis of more than 32 bits.
        DType places = type.bits() > 32 ? DType.I64 : DType.I32;
        Reduction reduction = Reductions.argument(argument.greatest(), argument.lastOfEqual(), type, places);
        Buffer best = drawing.sketch().scalar("best", type);
        Buffer place = drawing.sketch().scalar("place", places);
        Expr index = new Expr.Index(along.index(), places);
        Stmt step = drawing.elements()
                .site(() -> new Stmt.ReduceInto(
                        List.of(new Stmt.Element(best.name(), List.of()), new Stmt.Element(place.name(), List.of())),
                        reduction,
                        List.of(ScalarTerms.wide(drawing.operand(0, source)), index),
                        List.of()));
        Stmt body = Sketch.block(
                Sketch.write(best.name(), reduction.targets().getFirst().identity()),
                Sketch.write(place.name(), ScalarTerms.number(0, places)),
                Sketch.nest(List.of(along), step),
                drawing.store(Sketch.indices(outer), ScalarTerms.cast(Sketch.read(place.name(), places), DType.I64)));
        Stmt held = new Stmt.Allocate(best, new Stmt.Allocate(place, body));
        return drawing.finish("argument", Sketch.nest(outer, held));
    }

    /** {@code acc = identity; for k: acc = acc ∘ x[i, k]; y[i, k] = acc}; exclusive stores first. */
    static Lowered cumulate(Drawing drawing, Op.Cumulate cumulate) {
        Shape from = drawing.anchor().input(0).type().shape();
        List<Sketch.SketchLoop> outer = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        Sketch.SketchLoop along = null;
        for (int axis = 0; axis < from.rank(); axis++) {
            Sketch.SketchLoop loop =
                    drawing.sketch().loop(axis == cumulate.axis() ? AxisRole.STEP : AxisRole.ELEMENT, from.dim(axis));
            if (axis == cumulate.axis()) {
                along = loop;
                source.add(cumulate.reverse() ? from.dim(axis).minus(1).minus(loop.index()) : loop.index());
            } else {
                outer.add(loop);
                source.add(loop.index());
            }
        }
        DType type = ScalarTerms.arithmetic(drawing.anchor().output().type().dtype());
        Buffer sum = drawing.sketch().scalar("acc", type);
        Expr total = Sketch.read(sum.name(), type);
        BinaryOp function = cumulate.combiner().function();
        Stmt join = drawing.elements()
                .site(() -> Sketch.write(
                        sum.name(),
                        new Expr.BinaryOperation(function, total, ScalarTerms.wide(drawing.operand(0, source)))));
        Stmt store = drawing.store(source, total);
        Stmt step = cumulate.exclusive() ? Sketch.block(store, join) : Sketch.block(join, store);
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), Reductions.empty(cumulate.combiner(), type)),
                Sketch.nest(List.of(along), step));
        return drawing.finish("cumulate", Sketch.nest(outer, new Stmt.Allocate(sum, body)));
    }
}
