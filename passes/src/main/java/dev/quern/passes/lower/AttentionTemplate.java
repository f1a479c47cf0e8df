package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Attention in one kernel: for each head, blocks of rows ({@code o}), the queries; for these, blocks of keys one after the other ({@code s}). The scores of a block are
 * products whose rows {@code m} are keys and whose columns {@code n} are queries, so that what is done to all keys of a query is done to neighbouring
 * queries at once, without joining lanes; the weights are rows of the second product, whose terms {@code k} are keys. Scores, weights and sums stay in a
 * core's cache.
 *
 * <p>Of each query the greatest score so far is kept, the sum of weights relative to it, and the sum of weighed values, which are scaled
 * anew when a greater one is found (Milakov and Gimelshein, <i>Online normalizer calculation for softmax</i>, 2018; Dao et al.,
 * <i>FlashAttention</i>, 2022, algorithm 1). A row that is hidden whole is NaN, as softmax has it; without keys, results are sums of nothing.
 */
final class AttentionTemplate {
    /** The least whole number whose exponential is a normal float. */
    private static final double LEAST_EXPONENT = -87;

    private final Drawing drawing;
    private final Sketch sketch;
    private final Op.Attention attention;
    private final boolean masked;
    private final DType type = DType.F32;
    private final Dim queries;
    private final Dim keys;
    private final Dim depth;
    private final Dim width;
    private final AttentionBlock block;
    private final Sketch.SketchLoop batch;
    private final Sketch.SketchLoop group;
    private final Sketch.SketchLoop inGroup;
    private final Sketch.SketchLoop rowBlock;
    private final Sketch.SketchLoop keyBlock;
    private final Dim head;
    private final Dim rowsHere;
    private final Dim keysHere;
    private final Buffer turned;
    private final Buffer scores;
    private final Buffer sums;
    private final Buffer greatest;
    private final Buffer totals;
    private final Buffer factors;

    private AttentionTemplate(Drawing drawing, Op.Attention attention) {
        this.drawing = drawing;
        this.sketch = drawing.sketch();
        this.attention = attention;
        Node node = drawing.anchor();
        Shape q = node.input(0).type().shape();
        Dim groups = node.input(1).type().shape().dim(1);
        this.masked = node.inputs().size() > 3;
        this.queries = q.dim(2);
        this.keys = node.input(1).type().shape().dim(2);
        this.depth = q.dim(3);
        this.width = node.output().type().shape().dim(3);
        this.block = AttentionBlock.of(queries, keys);
        Dim each = q.dim(1).equals(groups) ? Dim.ONE : q.dim(1).floorDiv(groups);
        this.batch = sketch.loop(AxisRole.BATCH, q.dim(0));
        this.group = sketch.loop(AxisRole.BATCH, groups);
        this.inGroup = sketch.loop(AxisRole.BATCH, each);
        this.rowBlock = sketch.loop(AxisRole.BATCH, queries.ceilDiv(Dim.of(block.rows())));
        this.keyBlock = sketch.loop(AxisRole.STEP, keys.ceilDiv(Dim.of(block.keys())));
        this.head = group.index().times(each).plus(each.is(1) ? Dim.ZERO : inGroup.index());
        this.rowsHere = here(queries, block.rows(), rowBlock);
        this.keysHere = here(keys, block.keys(), keyBlock);
        Dim rows = Dim.of(block.rows());
        this.turned = scratch("q", depth, rows);
        this.scores = scratch("p", Dim.of(block.keys()), rows);
        this.sums = scratch("a", rows, width);
        this.greatest = scratch("greatest", rows);
        this.totals = scratch("sum", rows);
        this.factors = scratch("factor", rows);
    }

    /** Whether the scratch memory of {@code node} has a size that is known, and its arithmetic a type that lanes have. */
    static boolean covers(Node node) {
        return node.inputs().stream()
                        .allMatch(value -> value.type().dtype() == DType.F32
                                || value.type().dtype() == DType.BOOL)
                && node.input(0).type().shape().dim(3).isConstant()
                && node.input(2).type().shape().dim(3).isConstant();
    }

    static Lowered lower(Drawing drawing, Op.Attention attention) {
        return new AttentionTemplate(drawing, attention).lower();
    }

    private static Dim here(Dim extent, long each, Sketch.SketchLoop block) {
        boolean isWhole = extent.isConstant() && extent.constant() % each == 0;
        return isWhole
                ? Dim.of(each)
                : Dim.of(each).min(extent.minus(block.index().times(each)));
    }

    private Lowered lower() {
        Stmt overKeys = Sketch.nest(List.of(keyBlock), Sketch.block(scores(), weights(), values()));
        Stmt body = Sketch.block(turn(), begin(), overKeys, reciprocals(), results());
        for (Buffer buffer : List.of(factors, totals, greatest, sums, scores, turned)) {
            body = new Stmt.Allocate(buffer, body);
        }
        return drawing.finish("attention", Sketch.nest(List.of(batch, group, inGroup, rowBlock), body));
    }

    private Buffer scratch(String prefix, Dim... extents) {
        return Buffer.register(sketch.scalar(prefix, type).name(), type, Shape.of(extents))
                .withSpace(MemorySpace.SHARED);
    }

    private Dim query(Dim row) {
        return rowBlock.index().times(block.rows()).plus(row);
    }

    private Dim key(Dim row) {
        return keyBlock.index().times(block.keys()).plus(row);
    }

    /** The queries with neighbours side by side; zeros behind the last. */
    private Stmt turn() {
        Sketch.SketchLoop row = sketch.loop(AxisRole.ELEMENT, rowsHere);
        Sketch.SketchLoop term = sketch.loop(AxisRole.REDUCED, depth);
        List<Dim> at = List.of(batch.index(), head, query(row.index()), term.index());
        Stmt copied = Sketch.nest(
                List.of(row, term),
                drawing.elements().site(() -> store(turned, drawing.operand(0, at), term.index(), row.index())));
        if (rowsHere.isConstant()) {
            return copied;
        }
        Sketch.SketchLoop line = sketch.loop(AxisRole.REDUCED, depth);
        Sketch.SketchLoop beyond =
                sketch.loop(AxisRole.ELEMENT, Dim.of(block.rows()).minus(rowsHere));
        Stmt zeros = Sketch.nest(
                List.of(line, beyond), store(turned, number(0), line.index(), rowsHere.plus(beyond.index())));
        return Sketch.block(copied, zeros);
    }

    private Stmt begin() {
        Sketch.SketchLoop at = sketch.loop(AxisRole.CHANNEL, Dim.of(block.rows()));
        Sketch.SketchLoop row = sketch.loop(AxisRole.ELEMENT, rowsHere);
        Sketch.SketchLoop column = sketch.loop(AxisRole.CHANNEL, width);
        return Sketch.block(
                Sketch.nest(
                        List.of(at),
                        Sketch.block(
                                store(greatest, number(Double.NEGATIVE_INFINITY), at.index()),
                                store(totals, number(0), at.index()))),
                Sketch.nest(List.of(row, column), store(sums, number(0), row.index(), column.index())));
    }

    /** Keys times queries, scaled. */
    private Stmt scores() {
        Sketch.SketchLoop row = sketch.loop(AxisRole.ROW, keysHere);
        Sketch.SketchLoop column = sketch.loop(AxisRole.COLUMN, Dim.of(block.rows()));
        Sketch.SketchLoop term = sketch.loop(AxisRole.REDUCED, depth);
        Buffer sum = sketch.scalar("acc", type);
        Stmt product = drawing.elements().site(() -> {
            sketch.operandsAre(Sketch.Side.ROWS);
            Expr key = drawing.operand(1, List.of(batch.index(), group.index(), key(row.index()), term.index()));
            sketch.operandsAre(Sketch.Side.OTHER);
            return Stmt.ReduceInto.product(sum.name(), List.of(), key, load(turned, term.index(), column.index()));
        });
        Expr total = Sketch.read(sum.name(), type);
        Expr scaled = attention.scale() == 1 ? total : RowPasses.times(total, number(attention.scale()));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), number(0)),
                Sketch.nest(List.of(term), product),
                store(scores, scaled, row.index(), column.index()));
        return Sketch.nest(List.of(row, column), new Stmt.Allocate(sum, body));
    }

    /** Scores become weights relative to the greatest score so far, and what came before is told how much less it weighs. */
    private Stmt weights() {
        Sketch.SketchLoop row = sketch.loop(AxisRole.CHANNEL, changes() ? rowsHere : Dim.of(block.rows()));
        Buffer most = sketch.scalar("most", type);
        Buffer shift = sketch.scalar("shift", type);
        Buffer factor = sketch.scalar("scale", type);
        Buffer total = sketch.scalar("total", type);
        Dim at = row.index();
        Sketch.SketchLoop first = sketch.loop(AxisRole.REDUCED, keysHere);
        Stmt search = Sketch.nest(List.of(first), searched(first, at, most));
        Sketch.SketchLoop second = sketch.loop(AxisRole.REDUCED, keysHere);
        Stmt weigh = Sketch.nest(
                List.of(second),
                weight(
                        RowPasses.minus(load(scores, second.index(), at), read(shift)),
                        weight -> Sketch.block(
                                store(scores, weight, second.index(), at),
                                RowPasses.reduce(total, Combiner.SUM, load(scores, second.index(), at)))));
        Expr none = number(Double.NEGATIVE_INFINITY);
        Expr hidden = new Expr.Comparison(CompareOp.EQ, read(most), none);
        Stmt body = Sketch.block(
                RowPasses.write(most, load(greatest, at)),
                search,
                RowPasses.write(shift, new Expr.Conditional(hidden, number(0), read(most))),
                weight(RowPasses.minus(load(greatest, at), read(shift)), weight -> RowPasses.write(factor, weight)),
                RowPasses.write(total, RowPasses.times(load(totals, at), read(factor))),
                weigh,
                store(greatest, read(most), at),
                store(totals, read(total), at),
                store(factors, read(factor), at));
        return Sketch.nest(List.of(row), RowPasses.with(List.of(most, shift, factor, total), List.of(body)));
    }

    /**
     * Has {@code use} do something with {@code exp(exponent)}, of an exponent up to 0, which is 0 where it would be below the normal range: numbers there
     * take a processor a hundred times as long to make or to multiply, and many scores are hidden by adding a number that leads there.
     */
    private Stmt weight(Expr exponent, Function<Expr, Stmt> use) {
        Buffer kept = sketch.scalar("apart", type);
        Expr vanishes = new Expr.Comparison(CompareOp.LT, read(kept), number(LEAST_EXPONENT));
        Expr exponential = new Expr.UnaryOperation(UnaryOp.EXP, new Expr.Conditional(vanishes, number(0), read(kept)));
        return RowPasses.with(
                List.of(kept),
                List.of(
                        RowPasses.write(kept, exponent),
                        use.apply(new Expr.Conditional(vanishes, number(0), exponential))));
    }

    /** Whether scores are changed before the greatest is looked for. */
    private boolean changes() {
        return masked || attention.causal();
    }

    /** NaN need not be found: its weight is NaN, and so is the sum of weights. */
    private Stmt searched(Sketch.SketchLoop key, Dim row, Buffer most) {
        Expr score = load(scores, key.index(), row);
        Expr isGreater = new Expr.Comparison(CompareOp.GT, score, read(most));
        Stmt search = RowPasses.write(most, new Expr.Conditional(isGreater, score, read(most)));
        return changes()
                ? Sketch.block(
                        drawing.elements().site(() -> store(scores, masked(key.index(), row), key.index(), row)),
                        search)
                : search;
    }

    private Expr masked(Dim key, Dim row) {
        Expr score = load(scores, key, row);
        if (masked) {
            Expr mask = drawing.operand(3, maskAt(List.of(batch.index(), head, key(key), query(row))));
            score = mask.dtype() == DType.BOOL
                    ? new Expr.Conditional(mask, score, number(attention.hidden()))
                    : new Expr.BinaryOperation(BinaryOp.ADD, score, mask);
        }
        if (attention.causal()) {
            // A tensor has fewer than 2^31 elements, so that these are integers of 32 bits, as many at once as there
            // are floats.
            Expr last = new Expr.Index(query(row).plus(keys).minus(queries), DType.I32);
            Expr visible = new Expr.Comparison(CompareOp.LE, new Expr.Index(key(key), DType.I32), last);
            score = new Expr.Conditional(visible, score, number(Double.NEGATIVE_INFINITY));
        }
        return score;
    }

    /** The indices of a mask's element, along axes that are not the same for all. */
    private List<Dim> maskAt(List<Dim> indices) {
        Shape shape = drawing.anchor().input(3).type().shape();
        return IntStream.range(0, indices.size())
                .mapToObj(axis -> shape.dim(axis).is(1) ? Dim.ZERO : indices.get(axis))
                .toList();
    }

    /** Weights times values, added to what came before. */
    private Stmt values() {
        Sketch.SketchLoop row = sketch.loop(AxisRole.ROW, rowsHere);
        Sketch.SketchLoop column = sketch.loop(AxisRole.COLUMN, width);
        Sketch.SketchLoop term = sketch.loop(AxisRole.REDUCED, keysHere);
        Buffer sum = sketch.scalar("acc", type);
        Stmt product = drawing.elements().site(() -> {
            Expr value = drawing.operand(2, List.of(batch.index(), group.index(), key(term.index()), column.index()));
            return Stmt.ReduceInto.product(sum.name(), List.of(), load(scores, term.index(), row.index()), value);
        });
        Expr before = RowPasses.times(load(sums, row.index(), column.index()), load(factors, row.index()));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), before),
                Sketch.nest(List.of(term), product),
                store(sums, Sketch.read(sum.name(), type), row.index(), column.index()));
        return Sketch.nest(List.of(row, column), new Stmt.Allocate(sum, body));
    }

    /** What sums are divided by. */
    private Stmt reciprocals() {
        Sketch.SketchLoop at = sketch.loop(AxisRole.CHANNEL, Dim.of(block.rows()));
        Expr reciprocal = keys.is(0) ? number(0) : RowPasses.over(number(1), load(totals, at.index()));
        if (!keys.isConstant()) {
            Expr some = new Expr.Comparison(
                    CompareOp.GT, new Expr.Index(keys, DType.I32), new Expr.Index(Dim.ZERO, DType.I32));
            reciprocal = new Expr.Conditional(some, reciprocal, number(0));
        }
        return Sketch.nest(List.of(at), store(factors, reciprocal, at.index()));
    }

    private Stmt results() {
        Sketch.SketchLoop row = sketch.loop(AxisRole.ELEMENT, rowsHere);
        Sketch.SketchLoop column = sketch.loop(AxisRole.CHANNEL, width);
        Expr value = RowPasses.times(load(sums, row.index(), column.index()), load(factors, row.index()));
        return Sketch.nest(
                List.of(row, column),
                drawing.store(List.of(batch.index(), head, query(row.index()), column.index()), value));
    }

    private Expr number(double value) {
        return ScalarTerms.number(value, type);
    }

    private Expr read(Buffer scalar) {
        return Sketch.read(scalar.name(), type);
    }

    private static Stmt store(Buffer buffer, Expr value, Dim... indices) {
        return new Stmt.Store(buffer.name(), List.of(indices), value);
    }

    private static Expr load(Buffer buffer, Dim... indices) {
        return new Expr.Load(buffer.name(), List.of(indices), buffer.dtype());
    }
}
