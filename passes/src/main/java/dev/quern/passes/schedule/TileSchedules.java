package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Schedules of contractions and of what runs like them: a register tile of the last row axis ({@code m}) times the last column
 * axis ({@code n}), lanes over columns, the second operand in panels where it is constant, tiles as sections, blocks of rows and
 * panels of columns in parallel.
 */
final class TileSchedules {
    /** What a symbolic number of rows or columns is taken for when a tile is chosen. */
    private static final long LIKELY_EXTENT = 128;

    /** Rows of a block that shares a panel, in tiles. */
    private static final long TILES_IN_BLOCK = 16;

    private final Kernel kernel;
    private final LoopNest nest;
    private final Target.Host target;
    private final int lanes;
    private final Optional<Buffer> relaid;
    private final boolean multiplies;
    private final boolean packed;
    private final List<Stmt.For> rows;
    private final List<Stmt.For> columns;

    private TileSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Host target) {
        this.kernel = kernel;
        this.nest = nest;
        this.target = target;
        this.lanes = (int) LaneCount.of(kernel, target);
        this.rows = nest.outer(AxisRole.ROW);
        this.columns = nest.outer(AxisRole.COLUMN, AxisRole.CHANNEL);
        this.relaid = kernel.roles().relaid().map(kernel::parameter);
        this.multiplies = nest.roles().is(columns.getLast(), AxisRole.COLUMN);
        this.packed = multiplies
                && relaid.filter(operand -> constants.contains(operand.name()) && operand.dtype() == DType.F32)
                        .isPresent();
    }

    static List<Schedule> of(Kernel kernel, LoopNest nest, Set<String> constants, Target.Host target, boolean pinned) {
        List<Schedule> schedules = new ArrayList<>();
        TileSchedules tiles = new TileSchedules(kernel, nest, constants, target);
        if (tiles.lanes > 1) {
            RegisterTile chosen = tiles.choose();
            schedules.add(tiles.schedule(chosen, tiles.packed));
            if (tiles.packed) {
                schedules.add(tiles.schedule(chosen, false));
            }
            schedules.add(tiles.schedule(new RegisterTile(1, 1), false));
        }
        schedules.addAll(RowSchedules.inOrder(kernel, nest, target));
        return schedules;
    }

    private RegisterTile choose() {
        long m = rows.isEmpty() ? 1 : LoopNest.extent(rows.getLast(), LIKELY_EXTENT);
        long n = LoopNest.extent(columns.getLast(), LIKELY_EXTENT);
        RegisterTile tile = RegisterTile.choose(Math.max(1, m), Math.max(1, n), lanes, target);
        return multiplies ? tile : new RegisterTile(Math.min(4, tile.rows()), Math.min(2, tile.vectors()));
    }

    private Schedule schedule(RegisterTile tile, boolean pack) {
        List<Step> steps = new ArrayList<>();
        String column = columns.getLast().variable();
        long width = (long) tile.vectors() * lanes;
        if (pack) {
            steps.add(new Step.Pack(relaid.orElseThrow().name(), width));
        }
        steps.add(new Step.Split(column, width, pack ? Tail.PAD : Tail.MASK));
        if (tile.vectors() > 1) {
            steps.add(new Step.Split(column + ".i", lanes, Tail.EXACT));
        }
        String row = rows.isEmpty() ? null : rows.getLast().variable();
        boolean blocked = row != null && rows.size() == 1;
        if (blocked) {
            steps.add(new Step.Split(row, tile.rows() * TILES_IN_BLOCK, Tail.CLAMP));
        }
        List<String> lanesInside =
                tile.vectors() > 1 ? List.of(column + ".i.o", column + ".i.i") : List.of(column + ".i");
        String inRow = blocked ? row + ".i" : row;
        List<String> outside = outside(row, column, blocked);
        List<String> order = new ArrayList<>(outside);
        if (inRow != null) {
            order.add(inRow);
        }
        order.addAll(lanesInside);
        steps.add(new Step.Reorder(order));
        String parallel = fuse(outside, steps);
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        List<String> rowTiles = new ArrayList<>();
        if (inRow == null) {
            steps.add(new Step.Outline(parallel));
        } else {
            tileRows(tile, inRow, steps, rowTiles);
        }
        lanesInside.reversed().forEach(name -> steps.add(new Step.Sink(name)));
        rowTiles.forEach(name -> steps.add(new Step.Sink(name)));
        if (lanesInside.size() > 1) {
            steps.add(new Step.Reorder(lanesInside));
        }
        for (String rowTile : rowTiles) {
            List<String> inner = new ArrayList<>(List.of(rowTile));
            inner.addAll(lanesInside);
            steps.add(new Step.Reorder(inner));
        }
        steps.add(new Step.Vectorise(lanesInside.getLast()));
        if (lanesInside.size() > 1) {
            steps.add(new Step.Unroll(lanesInside.getFirst()));
        }
        rowTiles.forEach(name -> steps.add(new Step.Unroll(name)));
        return new Schedule(steps);
    }

    /** Splits a row loop into whole tiles, smaller ones and single rows, each a section. */
    private static void tileRows(RegisterTile tile, String row, List<Step> steps, List<String> rowTiles) {
        if (tile.rows() == 1) {
            steps.add(new Step.Outline(row));
            return;
        }
        steps.add(new Step.Split(row, tile.rows(), Tail.PEEL));
        rowTiles.add(row + ".i");
        steps.add(new Step.Outline(row + ".o"));
        if (tile.tailRows() > 1) {
            steps.add(new Step.Split(row + ".t", tile.tailRows(), Tail.PEEL));
            rowTiles.add(row + ".t.i");
            steps.add(new Step.Outline(row + ".t.o"));
            steps.add(new Step.Outline(row + ".t.t"));
        } else {
            steps.add(new Step.Outline(row + ".t"));
        }
    }

    /** The loops outside a tile: panels before rows where the panels together exceed the cache that keeps one of them. */
    private List<String> outside(String row, String column, boolean blocked) {
        List<String> outside = new ArrayList<>();
        List<String> panels = new ArrayList<>();
        List<String> blocks = new ArrayList<>();
        for (Stmt.For loop : nest.outer()) {
            String name = loop.variable();
            if (name.equals(column)) {
                panels.add(column + ".o");
            } else if (columns.contains(loop)) {
                panels.add(name);
            } else if (name.equals(row)) {
                if (blocked) {
                    blocks.add(row + ".o");
                }
            } else if (rows.contains(loop)) {
                blocks.add(name);
            } else {
                outside.add(name);
            }
        }
        outside.addAll(panelsFirst() ? panels : blocks);
        outside.addAll(panelsFirst() ? blocks : panels);
        return outside;
    }

    private boolean panelsFirst() {
        return relaid.map(operand -> operand.shape().elements())
                .filter(elements -> elements.asConstant().orElse(0) * Float.BYTES > target.levelTwoBytes() / 2)
                .isPresent();
    }

    private static String fuse(List<String> loops, List<Step> steps) {
        String parallel = loops.getFirst();
        for (int i = 1; i < loops.size(); i++) {
            String fused = "p" + i;
            steps.add(new Step.Fuse(parallel, loops.get(i), fused));
            parallel = fused;
        }
        return parallel;
    }
}
