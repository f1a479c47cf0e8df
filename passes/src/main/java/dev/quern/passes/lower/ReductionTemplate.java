package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
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
        List<Sketch.Loop> outer = new ArrayList<>();
        List<Sketch.Loop> inner = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            boolean reduced = reduce.axes().contains(axis);
            Sketch.Loop loop = drawing.sketch().loop(reduced ? "k" : "i", from.dim(axis));
            (reduced ? inner : outer).add(loop);
            source.add(loop.index());
        }
        DType type = ScalarTerms.arithmetic(drawing.anchor().output().type().dtype());
        Buffer sum = drawing.sketch().scalar("acc", type);
        Stmt join = drawing.elements()
                .site(() -> new Stmt.Reduce(
                        sum.name(), List.of(), reduce.combiner(), ScalarTerms.wide(drawing.operand(0, source))));
        Stmt store = drawing.store(Sketch.indices(outer), Sketch.read(sum.name(), type));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), Reductions.empty(reduce.combiner(), type)), Sketch.nest(inner, join), store);
        return drawing.finish("reduction", Sketch.nest(outer, new Stmt.Allocate(sum, body)));
    }

    /** Keeps the best value and its index. */
    static Lowered argument(Drawing drawing, Op.ArgReduce argument) {
        Shape from = drawing.anchor().input(0).type().shape();
        List<Sketch.Loop> outer = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        Sketch.Loop along = null;
        for (int axis = 0; axis < from.rank(); axis++) {
            Sketch.Loop loop = drawing.sketch().loop(axis == argument.axis() ? "k" : "i", from.dim(axis));
            source.add(loop.index());
            if (axis == argument.axis()) {
                along = loop;
            } else {
                outer.add(loop);
            }
        }
        DType type = ScalarTerms.arithmetic(drawing.anchor().input(0).type().dtype());
        Buffer best = drawing.sketch().scalar("best", type);
        Buffer place = drawing.sketch().scalar("place", DType.I64);
        Buffer element = drawing.sketch().scalar("element", type);
        CompareOp better = argument.greatest()
                ? (argument.lastOfEqual() ? CompareOp.GE : CompareOp.GT)
                : (argument.lastOfEqual() ? CompareOp.LE : CompareOp.LT);
        Expr candidate = Sketch.read(element.name(), type);
        Expr improves = improves(argument, better, candidate, Sketch.read(best.name(), type));
        Dim index = along.index();
        Stmt step = drawing.elements()
                .site(() -> new Stmt.Allocate(
                        element,
                        Sketch.block(
                                Sketch.write(element.name(), ScalarTerms.wide(drawing.operand(0, source))),
                                Sketch.write(
                                        place.name(),
                                        new Expr.Select(
                                                improves,
                                                new Expr.Index(index, DType.I64),
                                                Sketch.read(place.name(), DType.I64))),
                                Sketch.write(
                                        best.name(),
                                        new Expr.Select(improves, candidate, Sketch.read(best.name(), type))))));
        Stmt body = Sketch.block(
                Sketch.write(best.name(), Reductions.empty(argument.greatest() ? Combiner.MAX : Combiner.MIN, type)),
                Sketch.write(place.name(), Expr.Constant.of(0L)),
                Sketch.nest(List.of(along), step),
                drawing.store(Sketch.indices(outer), Sketch.read(place.name(), DType.I64)));
        Stmt held = new Stmt.Allocate(best, new Stmt.Allocate(place, body));
        return drawing.finish("argument", Sketch.nest(outer, held));
    }

    /** NaN is better than any number, and comparisons with it are false: {@code better(c, b) | isnan(c) & !isnan(b)}. */
    private static Expr improves(Op.ArgReduce argument, CompareOp better, Expr candidate, Expr best) {
        Expr compared = new Expr.Compare(better, candidate, best);
        if (!candidate.dtype().isFloat()) {
            return compared;
        }
        Expr isNaN = new Expr.Unary(UnaryOp.IS_NAN, candidate);
        Expr first = argument.lastOfEqual()
                ? isNaN
                : new Expr.Binary(
                        BinaryOp.AND, isNaN, new Expr.Unary(UnaryOp.NOT, new Expr.Unary(UnaryOp.IS_NAN, best)));
        return new Expr.Binary(BinaryOp.OR, compared, first);
    }

    /** {@code acc = identity; for k: acc = acc ∘ x[i, k]; y[i, k] = acc}; exclusive stores first. */
    static Lowered cumulate(Drawing drawing, Op.Cumulate cumulate) {
        Shape from = drawing.anchor().input(0).type().shape();
        List<Sketch.Loop> outer = new ArrayList<>();
        List<Dim> source = new ArrayList<>();
        Sketch.Loop along = null;
        for (int axis = 0; axis < from.rank(); axis++) {
            Sketch.Loop loop = drawing.sketch().loop(axis == cumulate.axis() ? "k" : "i", from.dim(axis));
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
                        sum.name(), new Expr.Binary(function, total, ScalarTerms.wide(drawing.operand(0, source)))));
        Stmt store = drawing.store(source, total);
        Stmt step = cumulate.exclusive() ? Sketch.block(store, join) : Sketch.block(join, store);
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), Reductions.empty(cumulate.combiner(), type)),
                Sketch.nest(List.of(along), step));
        return drawing.finish("cumulate", Sketch.nest(outer, new Stmt.Allocate(sum, body)));
    }
}
