package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Several passes over each row of a tensor, of which only the first computes the operand; it leaves it in the row's place in
 * the result for the others.
 */
final class RowPasses {
    /**
     * Elements of a piece: few enough to stay in a core's cache from one pass to the next, and enough for sums of their own. The same for
     * every target, since what is summed apart shows in the last bits.
     */
    static final long PIECE = 1 << 14;

    /** Neighbouring elements of a row. */
    record RowPiece(Dim start, Dim extent) {}

    private final Drawing drawing;
    private final List<Integer> axes;
    private final Shape shape;
    private final DType storage;
    private final DType type;
    private final String result;
    private final List<Sketch.SketchLoop> outer = new ArrayList<>();
    private final List<Dim> place = new ArrayList<>();

    /**
     * @param axes the axes that make a row, ascending
     */
    RowPasses(Drawing drawing, List<Integer> axes) {
        this.drawing = drawing;
        this.axes = axes;
        this.shape = drawing.anchor().output().type().shape();
        this.storage = drawing.anchor().output().type().dtype();
        this.type = ScalarTerms.arithmetic(storage);
        this.result = drawing.sketch().result(drawing.region().root().output()).name();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (axes.contains(axis)) {
                place.add(Dim.ZERO);
            } else {
                Sketch.SketchLoop loop = drawing.sketch().loop(AxisRole.ELEMENT, shape.dim(axis));
                outer.add(loop);
                place.add(loop.index());
            }
        }
    }

    /** The type of the arithmetic. */
    DType type() {
        return type;
    }

    /** Whether what is staged in the result keeps every bit of the arithmetic. */
    boolean stagesExactly() {
        return type == storage;
    }

    /** How many elements a row has. */
    Dim count() {
        return Dim.product(axes.stream().map(shape::dim).toList());
    }

    /** Whether a row may be longer than a piece. */
    boolean isLong() {
        return !(count().isConstant() && count().constant() <= PIECE);
    }

    /** A loop over the pieces of a {@linkplain #isLong long} row, of which the last may be shorter. */
    Stmt pieces(Function<RowPiece, Stmt> body) {
        Sketch.SketchLoop loop = drawing.sketch().loop(AxisRole.STEP, count().ceilDiv(Dim.of(PIECE)));
        Dim start = loop.index().times(PIECE);
        return Sketch.nest(
                List.of(loop), body.apply(new RowPiece(start, Dim.of(PIECE).min(count().minus(start)))));
    }

    /** A loop over a piece of a row; {@code body} is given the indices of an element. */
    Stmt pass(RowPiece piece, Function<List<Dim>, Stmt> body) {
        Sketch.SketchLoop loop = drawing.sketch().loop(AxisRole.REDUCED, piece.extent());
        Shape row = new Shape(axes.stream().map(shape::dim).toList());
        List<Dim> inRow = Indexing.split(
                piece.start().plus(loop.index()), row, drawing.sketch().ranges());
        List<Dim> at = new ArrayList<>(place);
        for (int i = 0; i < axes.size(); i++) {
            at.set(axes.get(i), inRow.get(i));
        }
        return Sketch.nest(List.of(loop), body.apply(List.copyOf(at)));
    }

    /** A loop over the row; {@code body} is given the indices of an element. */
    Stmt pass(Function<List<Dim>, Stmt> body) {
        List<Sketch.SketchLoop> loops = new ArrayList<>();
        List<Dim> at = new ArrayList<>(place);
        for (int axis : axes) {
            Sketch.SketchLoop loop = drawing.sketch().loop(AxisRole.REDUCED, shape.dim(axis));
            loops.add(loop);
            at.set(axis, loop.index());
        }
        return Sketch.nest(loops, body.apply(List.copyOf(at)));
    }

    /** Puts the operand's element in its place. */
    Stmt stage(List<Dim> at) {
        return drawing.elements().site(() -> new Stmt.Store(result, at, drawing.operand(0, at)));
    }

    /** Puts {@code value} in an element's place. */
    Stmt stage(List<Dim> at, Expr value) {
        return new Stmt.Store(result, at, ScalarTerms.narrow(value, storage));
    }

    /** What is in an element's place. */
    Expr staged(List<Dim> at) {
        return ScalarTerms.wide(new Expr.Load(result, at, storage));
    }

    Buffer scalar(String name) {
        return drawing.sketch().scalar(name, type);
    }

    Expr read(Buffer scalar) {
        return Sketch.read(scalar.name(), type);
    }

    static Stmt reduce(Buffer scalar, Combiner combiner, Expr value) {
        return new Stmt.ReduceInto(scalar.name(), List.of(), combiner, value);
    }

    static Stmt write(Buffer scalar, Expr value) {
        return Sketch.write(scalar.name(), value);
    }

    static Expr minus(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.SUB, left, right);
    }

    static Expr times(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }

    static Expr over(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.DIV, left, right);
    }

    /** {@code steps} for each row, with {@code scalars}. */
    Stmt rows(List<Buffer> scalars, List<Stmt> steps) {
        return Sketch.nest(outer, with(scalars, steps));
    }

    /** {@code steps} with {@code scalars}. */
    static Stmt with(List<Buffer> scalars, List<Stmt> steps) {
        Stmt body = Sketch.block(steps);
        for (Buffer scalar : scalars.reversed()) {
            body = new Stmt.Allocate(scalar, body);
        }
        return body;
    }
}
