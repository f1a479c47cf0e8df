package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
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
final class TileSchedules implements ScheduleSpace {
    /** Numbers of rows up to which a form of its own is looked for: one row, and fewer than a tail of tiles takes at once. */
    private static final List<Long> FEW_ROWS = List.of(1L, 3L);

    /** Rows of a block that shares a panel, in tiles. */
    private static final long TILES_IN_BLOCK = 16;

    private final Kernel kernel;
    private final LoopNest nest;
    private final Target.Processor target;
    private final int lanes;
    private final Optional<Buffer> relaid;
    private final boolean multiplies;
    private final boolean packed;
    private final List<RegisterTile> tiles;
    private final List<Stmt.For> rows;
    private final List<Stmt.For> columns;

    TileSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        this.kernel = kernel;
        this.nest = nest;
        this.target = target;
        this.lanes = (int) LaneCount.of(kernel, target);
        this.rows = nest.outer(AxisRole.ROW);
        this.columns = nest.outer(AxisRole.COLUMN, AxisRole.CHANNEL);
        this.relaid = kernel.roles().relaid().map(kernel::parameter);
        this.multiplies = nest.roles().is(columns.getLast(), AxisRole.COLUMN);
        this.tiles = lanes == 1 ? List.of() : tiles(target);
        this.packed = multiplies
                && relaid.filter(operand -> constants.contains(operand.name())
                                && operand.dtype() == DType.F32
                                && operand.shape().rank() >= 2)
                        .isPresent();
    }

    /** Where columns are channels, a row has operands of its own, and a tile needs more registers. */
    private List<RegisterTile> tiles(Target.Processor target) {
        return multiplies
                ? target.tiles()
                : target.tiles().stream()
                        .map(TileSchedules::ofChannels)
                        .distinct()
                        .toList();
    }

    private static RegisterTile ofChannels(RegisterTile tile) {
        return new RegisterTile(Math.min(4, tile.rows()), Math.min(2, tile.vectors()));
    }

    @Override
    public String name() {
        return "tiles";
    }

    /** Tiles whose operand is packed, by tile and then by panel; tiles that read it as it is; then what needs no lanes over columns. */
    @Override
    public List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (RegisterTile tile : tiles) {
            for (int panel = 1; panel <= tile.vectors() && packed; panel++) {
                if (tile.vectors() % panel == 0) {
                    candidates.add(candidate(tile, panel));
                }
            }
        }
        tiles.forEach(tile -> candidates.add(candidate(tile, 0)));
        candidates.addAll(RowSchedules.inOrder(kernel, nest, target));
        return candidates;
    }

    /** Where the number of rows is not known, few of them have forms of their own, on the same panels. */
    @Override
    public List<SizeRange> ranges() {
        if (tiles.isEmpty()) {
            return List.of(new SizeRange(List.of(), RowSchedules.inOrder(kernel, nest, target)));
        }
        RegisterTile usual = choose(target.tiles(), rows.isEmpty() ? 1 : LoopNest.likely(rows.getLast()));
        List<SizeRange> ranges = new ArrayList<>();
        for (long few : FEW_ROWS) {
            if (multiplies && hasOpenRows()) {
                ranges.add(
                        new SizeRange(List.of(Dim.of(few).minus(rows.getLast().extent())), few(few, usual)));
            }
        }
        ranges.add(new SizeRange(List.of(), usual(usual)));
        return ranges;
    }

    private List<Candidate> usual(RegisterTile tile) {
        List<Candidate> preferred = new ArrayList<>();
        if (packed) {
            preferred.add(candidate(tile, tile.vectors()));
        }
        preferred.add(candidate(tile, 0));
        RegisterTile least = new RegisterTile(1, 1);
        if (!tile.equals(least)) {
            preferred.add(candidate(least, 0));
        }
        preferred.addAll(RowSchedules.inOrder(kernel, nest, target));
        return preferred;
    }

    /** Those for few rows that read the panels of {@code usual}, or the operand as it is. */
    private List<Candidate> few(long count, RegisterTile usual) {
        List<RegisterTile> small =
                tiles.stream().filter(tile -> tile.rows() <= count).toList();
        List<RegisterTile> fitting =
                small.stream().filter(tile -> sharesPanels(tile, usual)).toList();
        List<Candidate> preferred = new ArrayList<>();
        if (packed && !fitting.isEmpty()) {
            preferred.add(candidate(choose(fitting, count), usual.vectors()));
        }
        preferred.add(candidate(choose(small, count), 0));
        return preferred;
    }

    /** Whether a tile takes whole panels, of which there are none too few. */
    private boolean sharesPanels(RegisterTile tile, RegisterTile usual) {
        if (tile.vectors() == usual.vectors()) {
            return true;
        }
        long panel = (long) usual.vectors() * lanes;
        long width = (long) tile.vectors() * lanes;
        long extent = LoopNest.extent(columns.getLast(), 0);
        return width % panel == 0 && extent > 0 && Math.ceilDiv(extent, panel) * panel % width == 0;
    }

    private boolean hasOpenRows() {
        if (rows.isEmpty()) {
            return false;
        }
        Set<String> symbols = rows.getLast().extent().symbols();
        return !symbols.isEmpty() && kernel.symbols().containsAll(symbols);
    }

    private RegisterTile choose(List<RegisterTile> among, long m) {
        long n = LoopNest.likely(columns.getLast());
        long depth = 1;
        for (Stmt.For loop : nest.inner(AxisRole.REDUCED)) {
            depth *= Math.max(1, LoopNest.likely(loop));
        }
        TileCost cost = new TileCost(Math.max(1, m), Math.max(1, n), depth, lanes, target.levelOneBytes());
        RegisterTile tile = cost.cheapest(among);
        return multiplies ? tile : ofChannels(tile);
    }

    /**
     * A register tile.
     *
     * @param panel vectors of a panel of the packed operand; 0 if it is read as it is
     */
    private Candidate candidate(RegisterTile tile, int panel) {
        return new Candidate(panel == 0 ? tile.toString() : tile + " packed by " + panel, schedule(tile, panel));
    }

    private Schedule schedule(RegisterTile tile, int panel) {
        List<Step> steps = new ArrayList<>();
        String column = columns.getLast().variable();
        long width = (long) tile.vectors() * lanes;
        if (panel > 0) {
            Buffer operand = relaid.orElseThrow();
            steps.add(new Step.Pack(operand.name(), Layout.panels(operand.shape(), (long) panel * lanes)));
        }
        steps.add(new Step.Split(column, width, panel > 0 ? Tail.PAD : Tail.MASK));
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
        if (TileCost.tailRows(tile) > 1) {
            steps.add(new Step.Split(row + ".t", TileCost.tailRows(tile), Tail.PEEL));
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
            } else if (rows.contains(loop) || sharesColumns(loop)) {
                blocks.add(name);
            } else {
                outside.add(name);
            }
        }
        outside.addAll(panelsFirst() ? panels : blocks);
        outside.addAll(panelsFirst() ? blocks : panels);
        return outside;
    }

    /** Whether all iterations of {@code loop} read the same panels. */
    private boolean sharesColumns(Stmt.For loop) {
        return relaid.filter(operand -> !nest.selects(loop, operand.name())).isPresent();
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
