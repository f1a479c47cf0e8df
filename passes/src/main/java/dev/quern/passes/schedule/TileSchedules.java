package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Pruning;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** What it costs not to go through what does not fit the second level once, a share of the whole. */
    private static final double WRONG_ORDER = 1.02;

    /** The same for panels that are streams of their own, and for an operand that is not laid in the order in which it is read. */
    private static final double SEVERAL_PANELS = 1.03;

    private static final double IN_PLACE = 1.1;

    /** What it costs to cut the reduction where it need not be, and not to where it should. */
    private static final double OTHER_TERMS = 1.03;

    /** Panels of more than this share of the second-level cache do not stay there beside what the rows read. */
    private static final int SHARES_OF_LEVEL_TWO = 4;

    /** Parts of the work for each thread, at least, where rows are made to share a panel. */
    private static final long GRAINS = 8;

    /** Rows that are work for several threads, however few the indices of outer axes are. */
    private static final long MANY_ROWS = 512;

    /** Types of constants that are laid in panels. */
    private static final Set<DType> PACKED = EnumSet.of(DType.F32, DType.I8, DType.U8);

    private final Kernel kernel;
    private final LoopNest nest;
    private final Set<String> constants;
    private final Target.Processor target;
    private final int lanes;
    private final Optional<Buffer> relaid;
    private final boolean multiplies;
    private final boolean packed;
    private final TileSpace space;
    private final List<RegisterTile> tiles;
    private final List<Stmt.For> rows;
    private final boolean fewElse;
    private final List<Stmt.For> columns;

    TileSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        this(kernel, nest, constants, target, nest.outer(AxisRole.ROW), false);
    }

    /**
     * Tiles along the last of {@code rows}.
     *
     * @param rows all row axes
     * @param fewElse whether those before the last have few rows together
     */
    private TileSchedules(
            Kernel kernel,
            LoopNest nest,
            Set<String> constants,
            Target.Processor target,
            List<Stmt.For> rows,
            boolean fewElse) {
        this.kernel = kernel;
        this.nest = nest;
        this.constants = constants;
        this.target = target;
        this.lanes = (int) LaneCount.of(kernel, target);
        this.rows = rows;
        this.fewElse = fewElse;
        this.columns = nest.outer(AxisRole.COLUMN, AxisRole.CHANNEL);
        this.relaid = kernel.roles().relaid().map(kernel::parameter);
        this.multiplies = nest.roles().is(columns.getLast(), AxisRole.COLUMN);
        this.packed = multiplies
                && relaid.filter(operand -> constants.contains(operand.name())
                                && PACKED.contains(operand.dtype())
                                && operand.shape().rank() >= 2)
                        .isPresent();
        this.space = new TileSpace(
                target,
                multiplies,
                packed,
                hasOpenRows(),
                packed && ReductionBlocks.of(nest, TileSpace.TERMS_IN_BLOCK).isPresent());
        this.tiles = lanes == 1 ? List.of() : space.tiles();
    }

    @Override
    public String name() {
        return "tiles";
    }

    /** Tiles whose operand is packed; tiles that read it as it is; then what needs no lanes over columns. */
    @Override
    public List<Candidate> candidates() {
        return withRows(tiles.isEmpty() ? List.of() : space.knobs().left());
    }

    @Override
    public List<Candidate> unpruned() {
        return withRows(tiles.isEmpty() ? List.of() : space.knobs().all());
    }

    @Override
    public Pruning pruning() {
        int rowWise = inOrder().candidates().size();
        return tiles.isEmpty()
                ? inOrder().pruning()
                : space.knobs().pruning().beside("or without tiles: " + rowWise + " ways", rowWise);
    }

    private ScheduleSpace inOrder() {
        return RowSchedules.inOrder(kernel, nest, target);
    }

    private List<Candidate> withRows(List<TilePoint> points) {
        List<Candidate> candidates = new ArrayList<>();
        points.forEach(point -> candidates.add(candidate(point)));
        candidates.addAll(inOrder().candidates());
        return candidates;
    }

    @Override
    public List<Candidate> ranked(Map<String, Long> sizes) {
        if (tiles.isEmpty()) {
            return candidates();
        }
        Map<RegisterTile, TileRank> predicted = predicted(sizes);
        Comparator<TilePoint> cheapest =
                Comparator.comparingDouble(point -> predicted.get(point.tile()).cost() * factor(point));
        return withRows(space.knobs().left().stream()
                .sorted(cheapest.thenComparingInt(
                        point -> predicted.get(point.tile()).rank()))
                .toList());
    }

    /**
     * What is thought of a tile.
     *
     * @param rank its place among the others
     * @param cost what it is taken to cost, which is not less than that of one before it
     */
    private record TileRank(int rank, double cost) {}

    private Map<RegisterTile, TileRank> predicted(Map<String, Long> sizes) {
        TileCost cost = cost(rows.isEmpty() ? 1 : LoopNest.extent(rows.getLast(), sizes), sizes);
        Map<RegisterTile, TileRank> predicted = new HashMap<>();
        double most = 0;
        for (RegisterTile tile : cost.ranked(target.tiles())) {
            most = Math.max(most, cost.of(tile));
            predicted.putIfAbsent(multiplies ? tile : TileSpace.ofChannels(tile), new TileRank(predicted.size(), most));
        }
        return predicted;
    }

    private double factor(TilePoint point) {
        double panels = point.panel() > 0 && point.panel() < point.tile().vectors() ? SEVERAL_PANELS : 1;
        double order = point.bySize() ? 1 : WRONG_ORDER;
        double blocks = point.terms() == terms(point.tile()) ? 1 : OTHER_TERMS;
        return panels * order * blocks * (packed && point.panel() == 0 ? IN_PLACE : 1);
    }

    /** Where the number of rows is not known, few of them have forms of their own, on the same panels. */
    @Override
    public List<SizeRange> ranges() {
        if (tiles.isEmpty()) {
            return List.of(new SizeRange(List.of(), inOrder().candidates()));
        }
        RegisterTile usual = choose(target.tiles(), rows.isEmpty() ? 1 : LoopNest.likely(rows.getLast()));
        return ranges(usual, usual.vectors());
    }

    @Override
    public List<SizeRange> ranges(Candidate usual) {
        RegisterTile tile = choose(target.tiles(), rows.isEmpty() ? 1 : LoopNest.likely(rows.getLast()));
        return tiles.isEmpty() || !packed
                ? ranges()
                : space.knobs().all().stream()
                        .filter(point -> point.label().equals(usual.name()))
                        .findFirst()
                        .map(point -> ranges(tile, point.panel()))
                        .orElseGet(() -> ranges(tile, 0));
    }

    /** With forms for few rows on panels of so many vectors. */
    private List<SizeRange> ranges(RegisterTile usual, int panel) {
        List<SizeRange> ranges = new ArrayList<>();
        if (multiplies && hasOpenRows()) {
            Optional<TileSchedules> across = acrossLastRows();
            for (long few : FEW_ROWS) {
                List<Dim> conditions = new ArrayList<>(List.of(atMost(few, rows.getLast())));
                across.map(other -> atMost(few, other.rows.getLast())).ifPresent(conditions::add);
                if (conditions.stream().allMatch(TileSchedules::mayHold)) {
                    ranges.add(new SizeRange(conditions, few(few, panel)));
                }
            }
            Dim most = atMost(FEW_ROWS.getLast(), rows.getLast());
            across.filter(_ -> mayHold(most))
                    .ifPresent(other -> ranges.add(new SizeRange(List.of(most), other.onPanels(panel))));
        }
        ranges.add(new SizeRange(List.of(), usual(usual)));
        return ranges;
    }

    /** Whether it holds for any sizes of at least one; where a size is 0, the form for all sizes does. */
    private static boolean mayHold(Dim notNegative) {
        DimRanges positive = DimRanges.NONE;
        for (String symbol : notNegative.symbols()) {
            positive = positive.atLeast(symbol, 1);
        }
        return !positive.nonNegative(Dim.of(-1).minus(notNegative));
    }

    private static Dim atMost(long count, Stmt.For loop) {
        return Dim.of(count).minus(loop.extent());
    }

    /** Tiles along the row axis before the last, where there are several: the last may have few rows, such as a batch of one. */
    private Optional<TileSchedules> acrossLastRows() {
        if (rows.size() < 2) {
            return Optional.empty();
        }
        List<Stmt.For> turned = new ArrayList<>(rows);
        turned.addFirst(turned.removeLast());
        return Optional.of(new TileSchedules(kernel, nest, constants, target, turned, turned.size() == 2));
    }

    /** Those on panels of {@code panel} vectors, or the operand as it is. */
    private List<Candidate> onPanels(int panel) {
        long count = LoopNest.likely(rows.getLast());
        List<Candidate> preferred = new ArrayList<>();
        List<RegisterTile> fitting = target.tiles().stream()
                .filter(tile -> sharesPanels(tile, panel))
                .toList();
        if (packed && panel > 0 && !fitting.isEmpty()) {
            preferred.add(candidate(choose(fitting, count), panel));
        }
        preferred.add(candidate(choose(target.tiles(), count), 0));
        return preferred;
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
        preferred.addAll(inOrder().candidates());
        return preferred;
    }

    /** Those for few rows that read panels of {@code panel} vectors, or the operand as it is. */
    private List<Candidate> few(long count, int panel) {
        List<RegisterTile> small =
                tiles.stream().filter(tile -> tile.rows() <= count).toList();
        List<RegisterTile> fitting =
                small.stream().filter(tile -> sharesPanels(tile, panel)).toList();
        List<Candidate> preferred = new ArrayList<>();
        if (packed && panel > 0 && !fitting.isEmpty()) {
            preferred.add(candidate(choose(fitting, count), panel));
        }
        preferred.add(candidate(choose(small, count), 0));
        return preferred;
    }

    /** Whether a tile takes whole panels, of which there are none too few. */
    private boolean sharesPanels(RegisterTile tile, int vectors) {
        if (tile.vectors() == vectors) {
            return true;
        }
        long panel = (long) vectors * lanes;
        long width = (long) tile.vectors() * lanes;
        long extent = LoopNest.extent(columns.getLast(), 0);
        return panel > 0 && width % panel == 0 && extent > 0 && Math.ceilDiv(extent, panel) * panel % width == 0;
    }

    private boolean hasOpenRows() {
        if (rows.isEmpty()) {
            return false;
        }
        Set<String> symbols = rows.getLast().extent().symbols();
        return !symbols.isEmpty() && kernel.symbols().containsAll(symbols);
    }

    private RegisterTile choose(List<RegisterTile> among, long m) {
        RegisterTile tile = cost(m, Map.of()).cheapest(among);
        return multiplies ? tile : TileSpace.ofChannels(tile);
    }

    private TileCost cost(long m, Map<String, Long> sizes) {
        long n = LoopNest.extent(columns.getLast(), sizes);
        long depth = 1;
        for (Stmt.For loop : nest.inner(AxisRole.REDUCED)) {
            depth *= Math.max(1, LoopNest.extent(loop, sizes));
        }
        return new TileCost(Math.max(1, m), Math.max(1, n), depth, lanes, target.levelOneBytes());
    }

    /** A register tile, its loops in the order that suits the size of the second operand. */
    private Candidate candidate(RegisterTile tile, int panel) {
        return candidate(new TilePoint(tile, panel, TileSpace.TILES_IN_BLOCK, true, panel == 0 ? 0 : terms(tile)));
    }

    private Candidate candidate(TilePoint point) {
        return new Candidate(point.label(), schedule(point));
    }

    private Schedule schedule(TilePoint point) {
        RegisterTile tile = point.tile();
        int panel = point.panel();
        List<Step> steps = new ArrayList<>();
        String column = columns.getLast().variable();
        long width = (long) tile.vectors() * lanes;
        Optional<ReductionBlocks> blocks = reductionBlocks(point);
        if (panel > 0) {
            Buffer operand = relaid.orElseThrow();
            steps.add(new Step.Pack(operand.name(), nest.panels(operand, columns.getLast(), (long) panel * lanes)));
        }
        steps.add(new Step.Split(column, width, panel > 0 ? Tail.PAD : Tail.MASK));
        if (tile.vectors() > 1) {
            steps.add(new Step.Split(column + ".i", lanes, Tail.EXACT));
        }
        String row = rows.isEmpty() ? null : rows.getLast().variable();
        boolean blocked = isBlocked();
        if (blocked) {
            steps.add(new Step.Split(row, (long) tile.rows() * point.tilesInBlock(), Tail.CLAMP));
        }
        List<String> lanesInside =
                tile.vectors() > 1 ? List.of(column + ".i.o", column + ".i.i") : List.of(column + ".i");
        String inRow = blocked ? row + ".i" : row;
        blocks.ifPresent(each -> each.split(steps));
        List<String> outside = outside(point.bySize() == panelsAreLarge());
        List<String> sharing = new ArrayList<>();
        blocks.flatMap(each -> sharingLoop(outside, tile, width)).ifPresent(shared -> {
            steps.add(new Step.Split(shared.loop(), shared.rows(), Tail.CLAMP));
            outside.replaceAll(name -> name.equals(shared.loop()) ? name + ".o" : name);
            sharing.add(shared.loop() + ".i");
        });
        List<String> order = new ArrayList<>(outside);
        order.addAll(sharing);
        if (inRow != null) {
            order.add(inRow);
        }
        order.addAll(lanesInside);
        steps.add(new Step.Reorder(order));
        String parallel = FusedLoops.of(outside, steps);
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        if (blocks.isPresent()) {
            blocks.get().tiles(ReductionBlocks.rowLoops(tile, inRow, steps), sharing, lanesInside, steps);
            return new Schedule(steps);
        }
        if (inRow == null) {
            steps.add(new Step.Outline(parallel));
        }
        int leastSpilled = LongEpilogues.areIn(nest.body(), terms(Long.MAX_VALUE))
                ? LongEpilogues.leastRows(width)
                : Integer.MAX_VALUE;
        TileLoops.cut(tile, inRow, lanesInside, leastSpilled, steps);
        return new Schedule(steps);
    }

    /** Terms of a block of the reduction that are thought best: all, but where an image's rows are made to share panels that the second level does not keep. */
    private int terms(RegisterTile tile) {
        long width = (long) tile.vectors() * lanes;
        long depth = terms(1);
        TilePoint point = new TilePoint(tile, tile.vectors(), TileSpace.TILES_IN_BLOCK, true, TileSpace.TERMS_IN_BLOCK);
        boolean pays = packed
                && !rows.isEmpty()
                && space.isInBlocks(point)
                && depth * width * Float.BYTES > target.levelTwoBytes() / SHARES_OF_LEVEL_TWO
                && sharingLoop(outside(panelsAreLarge()), tile, width).isPresent();
        return pays ? TileSpace.TERMS_IN_BLOCK : 0;
    }

    /** Terms of each sum, where loops whose extents are no constants have {@code open} iterations. */
    private long terms(long open) {
        long all = 1;
        for (Stmt.For loop : nest.inner(AxisRole.REDUCED)) {
            long extent = Math.max(1, LoopNest.extent(loop, open));
            all = extent > Long.MAX_VALUE / all ? Long.MAX_VALUE : all * extent;
        }
        return all;
    }

    /** The blocks of the reduction that {@code point} asks for, where there are several. */
    private Optional<ReductionBlocks> reductionBlocks(TilePoint point) {
        return point.terms() == 0 || rows.isEmpty() || point.tile().rows() == 1
                ? Optional.empty()
                : ReductionBlocks.of(nest, point.terms());
    }

    /** A loop around the rows that reads the same panels, and how many of its iterations are to share them. */
    private record SharingLoop(String loop, long rows) {}

    /**
     * The loop of {@code outside} that makes up for rows that are too few to share a panel: an image's other axis. Enough of its iterations stay
     * outside for all threads.
     */
    private Optional<SharingLoop> sharingLoop(List<String> outside, RegisterTile tile, long width) {
        long tiles = Math.ceilDiv(LoopNest.likely(rows.getLast()), tile.rows());
        int last = nest.outer().indexOf(rows.getLast());
        if (last == 0 || tiles > TileSpace.TILES_IN_BLOCK / 2) {
            return Optional.empty();
        }
        Stmt.For loop = nest.outer().get(last - 1);
        if (!outside.contains(loop.variable()) || columns.contains(loop) || !sharesColumns(loop)) {
            return Optional.empty();
        }
        long panels = Math.ceilDiv(LoopNest.likely(columns.getLast()), width);
        long forThreads = LoopNest.likely(loop) * panels / (GRAINS * target.threads());
        long shared = Math.min(TileSpace.TILES_IN_BLOCK / tiles, target.threads() == 1 ? Long.MAX_VALUE : forThreads);
        return shared < 2 ? Optional.empty() : Optional.of(new SharingLoop(loop.variable(), shared));
    }

    /** Whether rows are cut into blocks: those of the only axis, or of one that is several blocks long. Else their outer axes are. */
    private boolean isBlocked() {
        return rows.size() == 1 || fewElse || !rows.isEmpty() && LoopNest.extent(rows.getLast(), 0) > MANY_ROWS;
    }

    /** The loops outside a tile. */
    private List<String> outside(boolean panelsFirst) {
        Stmt.For column = columns.getLast();
        List<String> panels = new ArrayList<>();
        List<String> others = new ArrayList<>();
        List<String> blocks = blockLoops();
        for (Stmt.For loop : nest.outer()) {
            String name = loop.variable();
            if (loop.equals(column)) {
                panels.add(name + ".o");
            } else if (columns.contains(loop)) {
                panels.add(name);
            } else if (!rows.contains(loop) && !blocks.contains(name)) {
                others.add(name);
            }
        }
        others.addAll(panelsFirst ? panels : blocks);
        others.addAll(panelsFirst ? blocks : panels);
        return others;
    }

    /** The loops over blocks of rows. */
    private List<String> blockLoops() {
        List<String> blocks = new ArrayList<>();
        for (Stmt.For loop : nest.outer()) {
            boolean isLastRow = !rows.isEmpty() && loop.equals(rows.getLast());
            if (isLastRow && isBlocked()) {
                blocks.add(loop.variable() + ".o");
            } else if (!isLastRow && !columns.contains(loop) && (rows.contains(loop) || sharesColumns(loop))) {
                blocks.add(loop.variable());
            }
        }
        return blocks;
    }

    /** Whether all iterations of {@code loop} read the same panels. */
    private boolean sharesColumns(Stmt.For loop) {
        return relaid.filter(operand -> !nest.selects(loop, operand.name())).isPresent();
    }

    /** Whether the panels together exceed the cache that keeps one of them. */
    private boolean panelsAreLarge() {
        return relaid.map(operand -> operand.shape().elements())
                .filter(elements -> elements.asConstant().orElse(0) * Float.BYTES > target.levelTwoBytes() / 2)
                .isPresent();
    }
}
