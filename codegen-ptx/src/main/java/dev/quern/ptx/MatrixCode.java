package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of tiles by {@code mma.sync.m16n8k16}, whose operands {@code ldmatrix} reads from shared memory: four matrices of eight by
 * eight at once, of which each lane names a row (PTX ISA 8.0, sections "ldmatrix" and "mma"). What was read serves all products that take it.
 */
final class MatrixCode {
    private static final int MATRICES = 4;
    private static final int COLUMNS = 8;
    private static final Dim LANE = Dim.symbol(OwnNames.of("lane"));
    private static final Dim ROW_OF_EIGHT = LANE.mod(Dim.of(8));
    private static final Dim ROW_OF_SIXTEEN = LANE.mod(Dim.of(16));
    private static final Dim SECOND_EIGHT =
            LANE.floorDiv(Dim.of(8)).mod(Dim.of(2)).times(8);
    private static final Dim SECOND_SIXTEEN = LANE.floorDiv(Dim.of(16)).times(8);

    private final PtxCode code;
    private final DimCode dims;
    private final MemoryCode memory;

    MatrixCode(PtxCode code, DimCode dims, MemoryCode memory) {
        this.code = code;
        this.dims = dims;
        this.memory = memory;
    }

    /** Computes the number of the lane, once for a launch that has products of tiles. */
    void start() {
        String thread = code.into(RegisterClass.WORD, "mov.u32", "%tid.x");
        String lane = code.into(RegisterClass.WORD, "and.b32", thread, "31");
        dims.bind(OwnNames.of("lane"), code.into(RegisterClass.LONG, "cvt.u64.u32", lane));
    }

    /**
     * Products one after the other. What a product takes is read while those a step of terms before it are done.
     *
     * @param meanwhile what else there is to do once the first of them can be done
     */
    void products(List<MatrixTile> tiles, Runnable meanwhile) {
        int ahead = 0;
        for (int i = 0; i < tiles.size(); i++) {
            int wanted = Math.min(tiles.size(), i + 1 + distance(tiles));
            for (; ahead < wanted; ahead++) {
                left(tiles.get(ahead));
                right(tiles.get(ahead));
            }
            if (i == 0) {
                meanwhile.run();
            }
            product(tiles.get(i));
        }
    }

    /** Products until the first one's sum is added to again. */
    private int distance(List<MatrixTile> tiles) {
        Dim first = sum(tiles.getFirst());
        for (int i = 1; i < tiles.size(); i++) {
            if (tiles.get(i).sum().equals(tiles.getFirst().sum())
                    && sum(tiles.get(i)).equals(first)) {
                return i;
            }
        }
        return 0;
    }

    private Dim sum(MatrixTile tile) {
        return tile.firstOfSum(memory.buffer(tile.sum()));
    }

    private void product(MatrixTile tile) {
        List<String> a = left(tile);
        List<String> b = right(tile);
        List<String> c = memory.run(tile.sum(), sum(tile), tile.instruction().registers());
        String type = tile.instruction().operands() == DType.BF16 ? "bf16" : "f16";
        for (int columns = 0; columns < tile.instruction().columns() / COLUMNS; columns++) {
            String added = list(c.subList(columns * MATRICES, (columns + 1) * MATRICES));
            code.line(
                    "mma.sync.aligned.m16n8k16.row.col.f32." + type + "." + type + ".f32",
                    added,
                    list(a),
                    list(b.subList(2 * columns, 2 * columns + 2)),
                    added);
        }
    }

    private List<String> left(MatrixTile tile) {
        ProductNest nest = tile.nest();
        Buffer left = memory.buffer(nest.left().buffer());
        Dim first = tile.first(left, nest.left());
        Dim terms = MatrixTile.stride(left, nest.left(), nest.terms());
        Dim rows = MatrixTile.stride(left, nest.left(), nest.rows());
        return terms.is(1)
                ? load(left, first.plus(rows.times(ROW_OF_SIXTEEN)).plus(SECOND_SIXTEEN), "")
                : load(
                        left,
                        first.plus(terms.times(ROW_OF_EIGHT.plus(SECOND_SIXTEEN)))
                                .plus(SECOND_EIGHT),
                        ".trans");
    }

    private List<String> right(MatrixTile tile) {
        Expr.Load operand = tile.nest().right();
        Stmt.For columns = tile.nest().columns();
        Buffer buffer = memory.buffer(operand.buffer());
        Dim first = tile.first(buffer, operand);
        Dim terms = MatrixTile.stride(buffer, operand, tile.nest().terms());
        return terms.is(1)
                ? load(
                        buffer,
                        first.plus(MatrixTile.stride(buffer, operand, columns).times(ROW_OF_EIGHT.plus(SECOND_SIXTEEN)))
                                .plus(SECOND_EIGHT),
                        "")
                : load(buffer, first.plus(terms.times(ROW_OF_SIXTEEN)).plus(SECOND_SIXTEEN), ".trans");
    }

    /** Four matrices; {@code row} is the address of the row of eight elements that a lane names. */
    private List<String> load(Buffer buffer, Dim row, String order) {
        List<String> known = memory.loadedTogether(buffer.name(), row, MATRICES);
        if (!known.isEmpty()) {
            return known;
        }
        List<String> words = new ArrayList<>();
        for (int matrix = 0; matrix < MATRICES; matrix++) {
            words.add(code.register(RegisterClass.WORD));
        }
        code.line("ldmatrix.sync.aligned.m8n8.x4" + order + ".shared.b16", list(words), memory.at(buffer.name(), row));
        memory.keep(buffer.name(), row, words);
        return words;
    }

    private static String list(List<String> registers) {
        return "{" + String.join(", ", registers) + "}";
    }
}
