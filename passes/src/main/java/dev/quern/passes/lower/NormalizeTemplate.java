package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Per row: the mean, then the variance around it, then the result; without centring, the mean square then the result.
 *
 * <p>Where a row may be longer than a piece that a cache keeps, mean and squares of each piece are joined to those of the pieces before
 * ({@link Reductions#moments}), so that memory is gone through once for both. A row of one piece has the same bits either way.
 */
final class NormalizeTemplate {
    private final Drawing drawing;
    private final Op.Normalize normalize;
    private final RowPasses rows;
    private final List<Buffer> scalars = new ArrayList<>();

    private NormalizeTemplate(Drawing drawing, Op.Normalize normalize) {
        this.drawing = drawing;
        this.normalize = normalize;
        int rank = drawing.anchor().output().type().shape().rank();
        rows = new RowPasses(
                drawing, IntStream.range(normalize.axis(), rank).boxed().toList());
    }

    /**
     * The kernel.
     *
     * @param drawings gives the region, each time untouched
     */
    static Lowered lower(Supplier<Drawing> drawings, Op.Normalize normalize) {
        NormalizeTemplate template = new NormalizeTemplate(drawings.get(), normalize);
        if (normalize.centred() && template.rows.isLong()) {
            Lowered joined = template.inPieces();
            if (!divides(joined.kernel())) {
                return joined;
            }
            template = new NormalizeTemplate(drawings.get(), normalize);
        }
        return template.whole();
    }

    /** Whether an index has divisions, which pieces keep from being taken for loops of their own. */
    private static boolean divides(Kernel kernel) {
        boolean[] found = {false};
        new KernelVisitor() {
            @Override
            protected void access(String name, List<Dim> indices) {
                found[0] |= indices.stream().anyMatch(index -> KernelDraft.divisions(index) > 0);
            }
        }.stmt(kernel.body());
        return found[0];
    }

    private Lowered whole() {
        List<Stmt> steps = new ArrayList<>();
        if (!normalize.centred()) {
            Buffer squares = scalar("variance");
            steps.add(RowPasses.write(squares, ScalarTerms.number(0, rows.type())));
            steps.add(rows.pass(at -> Sketch.block(rows.stage(at), square(squares, rows.staged(at)))));
            return finished(steps, squares, rows::staged);
        }
        Buffer mean = scalar("mean");
        Buffer squares = scalar("variance");
        steps.add(RowPasses.write(mean, ScalarTerms.number(0, rows.type())));
        steps.add(rows.pass(at -> Sketch.block(rows.stage(at), RowPasses.reduce(mean, Combiner.SUM, rows.staged(at)))));
        steps.add(RowPasses.write(mean, RowPasses.over(rows.read(mean), number(rows.count()))));
        steps.add(RowPasses.write(squares, ScalarTerms.number(0, rows.type())));
        steps.add(rows.pass(at -> square(squares, around(mean, at))));
        return finished(steps, squares, at -> around(mean, at));
    }

    private Lowered inPieces() {
        Buffer count = scalar("count");
        Buffer mean = scalar("mean");
        Buffer squares = scalar("variance");
        List<Stmt> steps = new ArrayList<>();
        scalars.forEach(scalar -> steps.add(RowPasses.write(scalar, ScalarTerms.number(0, rows.type()))));
        steps.add(rows.pieces(piece -> joined(piece, List.of(count, mean, squares))));
        return finished(steps, squares, at -> around(mean, at));
    }

    /** Mean and squares of a piece, joined to {@code moments}. */
    private Stmt joined(RowPasses.RowPiece piece, List<Buffer> moments) {
        Buffer mean = rows.scalar("mean");
        Buffer squares = rows.scalar("variance");
        Expr count = number(piece.extent());
        List<Stmt> steps = new ArrayList<>();
        steps.add(RowPasses.write(mean, ScalarTerms.number(0, rows.type())));
        steps.add(rows.pass(
                piece, at -> Sketch.block(rows.stage(at), RowPasses.reduce(mean, Combiner.SUM, rows.staged(at)))));
        steps.add(RowPasses.write(mean, RowPasses.over(rows.read(mean), count)));
        steps.add(RowPasses.write(squares, ScalarTerms.number(0, rows.type())));
        steps.add(rows.pass(piece, at -> square(squares, around(mean, at))));
        steps.add(new Stmt.ReduceInto(
                moments.stream()
                        .map(part -> new Stmt.Element(part.name(), List.of()))
                        .toList(),
                Reductions.moments(rows.type()).joined(),
                List.of(count, rows.read(mean), rows.read(squares)),
                List.of()));
        return RowPasses.with(List.of(mean, squares), steps);
    }

    /** {@code steps}, then each element that {@code centred} gives by the deviation. */
    private Lowered finished(List<Stmt> steps, Buffer squares, Function<List<Dim>, Expr> centred) {
        Buffer scale = scalar("scale");
        Expr spread = new Expr.BinaryOperation(
                BinaryOp.ADD,
                RowPasses.over(rows.read(squares), number(rows.count())),
                ScalarTerms.number(normalize.epsilon(), rows.type()));
        steps.add(RowPasses.write(
                scale,
                RowPasses.over(ScalarTerms.number(1, rows.type()), new Expr.UnaryOperation(UnaryOp.SQRT, spread))));
        steps.add(rows.pass(at -> stored(at, RowPasses.times(centred.apply(at), rows.read(scale)))));
        return drawing.finish("normalize", rows.rows(scalars, steps));
    }

    private Buffer scalar(String name) {
        Buffer scalar = rows.scalar(name);
        scalars.add(scalar);
        return scalar;
    }

    private Expr number(Dim count) {
        return ScalarTerms.cast(new Expr.Index(count, DType.I64), rows.type());
    }

    private Expr around(Buffer mean, List<Dim> at) {
        return RowPasses.minus(rows.staged(at), rows.read(mean));
    }

    private Stmt square(Buffer sum, Expr value) {
        return drawing.elements().site(() -> {
            Expr kept = drawing.elements().keep(value);
            return Stmt.ReduceInto.fma(sum.name(), List.of(), kept, kept);
        });
    }

    private Stmt stored(List<Dim> at, Expr normal) {
        List<Dim> inRow = at.subList(normalize.axis(), at.size());
        int operands = drawing.anchor().inputs().size();
        return drawing.elements().site(() -> {
            Expr value = normal;
            if (operands > 1) {
                value = RowPasses.times(value, ScalarTerms.wide(drawing.operand(1, inRow)));
            }
            if (operands > 2) {
                value = new Expr.BinaryOperation(BinaryOp.ADD, value, ScalarTerms.wide(drawing.operand(2, inRow)));
            }
            return drawing.store(at, value);
        });
    }
}
