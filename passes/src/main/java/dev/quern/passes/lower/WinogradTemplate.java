package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Winograd;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions by {@linkplain Winograd minimal filtering}, blocks of tiles ({@code o}) one after the other: the operands of each tile of a
 * block are transformed; then, for each of the positions that make a tile, rows {@code m} are tiles, columns {@code n} channels of the result,
 * and {@code k} runs over the operand's channels; then the results of each tile are transformed back. What a block needs in
 * between stays in a core's cache.
 */
final class WinogradTemplate {
    /** Elements of a cache line. */
    private static final long LINE = 16;

    private final Drawing drawing;
    private final Sketch sketch;
    private final DType type;
    private final Op.ConvolveWinograd convolve;
    private final Winograd matrices;
    private final Shape x;
    private final Shape y;
    private final int tile;
    private final int reach;
    private final Dim columns;
    private final Sketch.SketchLoop image;
    private final Sketch.SketchLoop down;
    private final Sketch.SketchLoop across;
    private final long blockRows;
    private final long blockColumns;
    private final Dim rowsHere;
    private final Dim columnsHere;

    private WinogradTemplate(Drawing drawing, Op.ConvolveWinograd convolve) {
        this.drawing = drawing;
        this.sketch = drawing.sketch();
        this.convolve = convolve;
        this.matrices = convolve.tiles();
        this.x = drawing.anchor().input(0).type().shape();
        this.type = ScalarTerms.arithmetic(drawing.anchor().input(0).type().dtype());
        this.y = drawing.anchor().output().type().shape();
        this.tile = matrices.tile();
        this.reach = matrices.reach();
        this.columns = y.dim(3);
        Dim tilesDown = y.dim(1).ceilDiv(Dim.of(tile));
        Dim tilesAcross = y.dim(2).ceilDiv(Dim.of(tile));
        TileBlock tiles = TileBlock.of(tilesDown, tilesAcross, (long) reach * reach, x.dim(3), columns);
        this.blockRows = tiles.rows();
        this.blockColumns = tiles.columns();
        this.image = sketch.loop(AxisRole.BATCH, y.dim(0));
        this.down = sketch.loop(AxisRole.BATCH, tilesDown.ceilDiv(Dim.of(blockRows)));
        this.across = sketch.loop(AxisRole.BATCH, tilesAcross.ceilDiv(Dim.of(blockColumns)));
        this.rowsHere = here(tilesDown, blockRows, down);
        this.columnsHere = here(tilesAcross, blockColumns, across);
    }

    private static Dim here(Dim extent, long each, Sketch.SketchLoop block) {
        boolean isWhole = extent.isConstant() && extent.constant() % each == 0;
        return isWhole
                ? Dim.of(each)
                : Dim.of(each).min(extent.minus(block.index().times(each)));
    }

    static Lowered lower(Drawing drawing, Op.ConvolveWinograd convolve) {
        return new WinogradTemplate(drawing, convolve).lower();
    }

    private Lowered lower() {
        Dim positions = Dim.of((long) reach * reach);
        Dim most = Dim.of(blockRows * blockColumns);
        Buffer operands = spread(scratch("v", Shape.of(most, positions, x.dim(3))));
        Buffer products = spread(scratch("p", Shape.of(most, positions, columns)));
        Stmt body = Sketch.block(operands(operands), products(operands, products), results(products));
        body = new Stmt.Allocate(operands, new Stmt.Allocate(products, body));
        return drawing.finish("winograd", Sketch.nest(List.of(image, down, across), body));
    }

    private Buffer scratch(String prefix, Shape shape) {
        return registers(prefix, shape.dims().toArray(Dim[]::new)).withSpace(MemorySpace.SHARED);
    }

    private Buffer registers(String prefix, Dim... extents) {
        return Buffer.register(sketch.scalar(prefix, type).name(), type, Shape.of(extents));
    }

    /** The same with tiles an odd number of cache lines apart, so that rows of a product do not meet in a few sets of a cache. */
    private static Buffer spread(Buffer buffer) {
        Shape shape = buffer.shape();
        Dim row = shape.dim(2);
        Dim lines = shape.dim(1).times(row).ceilDiv(Dim.of(LINE));
        Dim odd = lines.floorDiv(Dim.of(2)).times(2).plus(1).times(LINE);
        return buffer.withLayout(Layout.strided(shape, List.of(odd, row, Dim.ONE)));
    }

    private Dim tiles() {
        return rowsHere.times(columnsHere);
    }

    /** The first row of results of a tile of the block. */
    private Dim top(Sketch.SketchLoop at) {
        Dim row = blockRows == 1 ? Dim.ZERO : at.index().floorDiv(columnsHere);
        return down.index().times(blockRows).plus(row).times(tile);
    }

    /** The first column of results of a tile of the block. */
    private Dim left(Sketch.SketchLoop at) {
        Dim column = blockRows == 1
                ? at.index()
                : at.index().minus(at.index().floorDiv(columnsHere).times(columnsHere));
        return across.index().times(blockColumns).plus(column).times(tile);
    }

    /** The patch of each tile, transformed along either axis: in registers, or where it reaches beyond the image in memory, with zeros there. */
    private Stmt operands(Buffer operands) {
        Sketch.SketchLoop at = sketch.loop(AxisRole.ELEMENT, tiles());
        Dim top = top(at).minus(convolve.window().before().get(0));
        Dim left = left(at).minus(convolve.window().before().get(1));
        List<Dim> isInside = List.of(
                top,
                x.dim(1).minus(reach).minus(top),
                left,
                x.dim(2).minus(reach).minus(left));
        return Sketch.nest(
                List.of(at),
                new Stmt.Guard(isInside, inside(at, top, left, operands), border(at, top, left, operands)));
    }

    private Stmt inside(Sketch.SketchLoop at, Dim top, Dim left, Buffer operands) {
        Sketch.SketchLoop depth = sketch.loop(AxisRole.CHANNEL, x.dim(3));
        Sketch.SketchLoop i = sketch.loop(AxisRole.ELEMENT, Dim.of(reach));
        Sketch.SketchLoop j = sketch.loop(AxisRole.ELEMENT, Dim.of(reach));
        Buffer patch = registers("d", Dim.of(reach), Dim.of(reach));
        Stmt loaded = drawing.elements()
                .site(() -> new Stmt.Store(
                        patch.name(),
                        List.of(i.index(), j.index()),
                        image(top.plus(i.index()), left.plus(j.index()), depth.index())));
        Stmt transformed = Sketch.block(
                Sketch.nest(List.of(i, j), loaded),
                over(
                        reach,
                        column -> transformed(
                                matrices.operand(),
                                row -> load(patch, Dim.of(row), column),
                                (row, value) -> store(patch, value, Dim.of(row), column))),
                over(
                        reach,
                        row -> transformed(
                                matrices.operand(),
                                column -> load(patch, row, Dim.of(column)),
                                (column, value) -> store(
                                        operands,
                                        value,
                                        at.index(),
                                        row.times(reach).plus(column),
                                        depth.index()))));
        return Sketch.nest(List.of(depth), new Stmt.Allocate(patch, transformed));
    }

    private Stmt border(Sketch.SketchLoop at, Dim top, Dim left, Buffer operands) {
        Buffer patch = scratch("d", Shape.of(Dim.of(reach), Dim.of(reach), x.dim(3)));
        Sketch.SketchLoop i = sketch.loop(AxisRole.ELEMENT, Dim.of(reach));
        Sketch.SketchLoop j = sketch.loop(AxisRole.ELEMENT, Dim.of(reach));
        Sketch.SketchLoop depth = sketch.loop(AxisRole.CHANNEL, x.dim(3));
        Sketch.SketchLoop outside = sketch.loop(AxisRole.CHANNEL, x.dim(3));
        Dim h = top.plus(i.index());
        Dim w = left.plus(j.index());
        Stmt copied = drawing.elements()
                .site(() -> store(patch, image(h, w, depth.index()), i.index(), j.index(), depth.index()));
        Stmt zero = store(patch, ScalarTerms.number(0, type), i.index(), j.index(), outside.index());
        List<Dim> isInside =
                List.of(h, x.dim(1).minus(1).minus(h), w, x.dim(2).minus(1).minus(w));
        Stmt filled = Sketch.nest(
                List.of(i, j),
                new Stmt.Guard(isInside, Sketch.nest(List.of(depth), copied), Sketch.nest(List.of(outside), zero)));
        Stmt down = over(
                reach,
                column -> overChannels(
                        x.dim(3),
                        channel -> transformed(
                                matrices.operand(),
                                row -> load(patch, Dim.of(row), column, channel),
                                (row, value) -> store(patch, value, Dim.of(row), column, channel))));
        Stmt across = over(
                reach,
                row -> overChannels(
                        x.dim(3),
                        channel -> transformed(
                                matrices.operand(),
                                column -> load(patch, row, Dim.of(column), channel),
                                (column, value) -> store(
                                        operands,
                                        value,
                                        at.index(),
                                        row.times(reach).plus(column),
                                        channel))));
        return new Stmt.Allocate(patch, Sketch.block(filled, down, across));
    }

    private Expr image(Dim h, Dim w, Dim channel) {
        return ScalarTerms.wide(drawing.operand(0, List.of(image.index(), h, w, channel)));
    }

    private Stmt products(Buffer operands, Buffer products) {
        Sketch.SketchLoop position = sketch.loop(AxisRole.BATCH, Dim.of((long) reach * reach));
        Sketch.SketchLoop row = sketch.loop(AxisRole.ROW, tiles());
        Sketch.SketchLoop column = sketch.loop(AxisRole.COLUMN, columns);
        Sketch.SketchLoop term = sketch.loop(AxisRole.REDUCED, x.dim(3));
        Buffer sum = sketch.scalar("acc", type);
        Stmt product = drawing.elements().site(() -> {
            sketch.operandsAre(Sketch.Side.COLUMNS);
            Expr weight = ScalarTerms.wide(drawing.operand(1, List.of(position.index(), term.index(), column.index())));
            sketch.operandsAre(Sketch.Side.OTHER);
            Expr operand = load(operands, row.index(), position.index(), term.index());
            return Stmt.ReduceInto.product(sum.name(), List.of(), operand, weight);
        });
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), ScalarTerms.number(0, type)),
                Sketch.nest(List.of(term), product),
                new Stmt.Store(
                        products.name(),
                        List.of(row.index(), position.index(), column.index()),
                        Sketch.read(sum.name(), type)));
        return Sketch.nest(List.of(position, row, column), new Stmt.Allocate(sum, body));
    }

    /** The products of each tile, transformed back in registers, and then what is done to results. */
    private Stmt results(Buffer products) {
        Sketch.SketchLoop at = sketch.loop(AxisRole.ELEMENT, tiles());
        Buffer results = scratch("r", Shape.of(Dim.of(tile), Dim.of(tile), columns));
        Stmt back = overChannels(columns, channel -> {
            Buffer half = registers("h", Dim.of(tile), Dim.of(reach));
            Stmt down = over(
                    reach,
                    column -> transformed(
                            matrices.result(),
                            row -> load(products, at.index(), column.plus((long) row * reach), channel),
                            (row, value) -> store(half, value, Dim.of(row), column)));
            Stmt across = over(
                    tile,
                    row -> transformed(
                            matrices.result(),
                            column -> load(half, row, Dim.of(column)),
                            (column, value) -> store(results, value, row, Dim.of(column), channel)));
            return new Stmt.Allocate(half, Sketch.block(down, across));
        });
        return Sketch.nest(List.of(at), new Stmt.Allocate(results, Sketch.block(back, stored(at, results))));
    }

    private Stmt stored(Sketch.SketchLoop at, Buffer results) {
        Dim top = top(at);
        Dim left = left(at);
        Sketch.SketchLoop i =
                sketch.loop(AxisRole.ELEMENT, Dim.of(tile).min(y.dim(1).minus(top)));
        Sketch.SketchLoop j =
                sketch.loop(AxisRole.ELEMENT, Dim.of(tile).min(y.dim(2).minus(left)));
        Sketch.SketchLoop depth = sketch.loop(AxisRole.CHANNEL, columns);
        List<Dim> place = List.of(image.index(), top.plus(i.index()), left.plus(j.index()), depth.index());
        return Sketch.nest(
                List.of(i, j, depth), drawing.store(place, load(results, i.index(), j.index(), depth.index())));
    }

    private interface Indexed {
        Stmt draw(Dim index);
    }

    /** A loop over the lines of a tile. */
    private Stmt over(int lines, Indexed line) {
        Sketch.SketchLoop loop = sketch.loop(AxisRole.ELEMENT, Dim.of(lines));
        return Sketch.nest(List.of(loop), line.draw(loop.index()));
    }

    private Stmt overChannels(Dim channels, Indexed channel) {
        Sketch.SketchLoop loop = sketch.loop(AxisRole.CHANNEL, channels);
        return Sketch.nest(List.of(loop), channel.draw(loop.index()));
    }

    private interface LineSource {
        Expr at(int position);
    }

    private interface LineTarget {
        Stmt put(int position, Expr value);
    }

    /** A matrix times a line. */
    private Stmt transformed(double[][] matrix, LineSource source, LineTarget sink) {
        TileTransform transform = new TileTransform(sketch, type);
        List<Expr> line = new ArrayList<>();
        for (int i = 0; i < matrix[0].length; i++) {
            line.add(transform.held(source.at(i)));
        }
        List<Expr> results = transform.times(matrix, line);
        for (int i = 0; i < results.size(); i++) {
            transform.step(sink.put(i, results.get(i)));
        }
        return transform.statement();
    }

    private static Stmt store(Buffer buffer, Expr value, Dim... indices) {
        return new Stmt.Store(buffer.name(), List.of(indices), value);
    }

    private static Expr load(Buffer buffer, Dim... indices) {
        return new Expr.Load(buffer.name(), List.of(indices), buffer.dtype());
    }
}
