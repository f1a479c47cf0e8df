package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts the reduction of a contraction into blocks of terms that all tiles of rows go through before the next, so that a block of a panel
 * stays in the first-level cache; accumulators are in memory between blocks (Goto and van de Geijn, Anatomy of High-Performance Matrix
 * Multiplication, 2008). The order of the terms stays, and with it every bit.
 *
 * @param cut the loop that is split, if none ends where a block does
 * @param factor its iterations in a block
 * @param inside the loops of a block, outermost first, as they are called after the split
 * @param accumulators what the reduction updates
 */
record ReductionBlocks(Optional<String> cut, long factor, List<String> inside, List<String> accumulators) {
    /** Fewer terms than this times those of a block are one block. */
    private static final double LEAST_BLOCKS = 1.5;

    /** Blocks of {@code terms} terms or a little less; empty where the reduction has no more, or cannot be cut. */
    static Optional<ReductionBlocks> of(LoopNest nest, long terms) {
        List<Stmt.For> loops = nest.inner(AxisRole.REDUCED);
        List<String> accumulators = accumulators(nest.body());
        long all = 1;
        for (Stmt.For loop : loops) {
            if (!loop.extent().isConstant()) {
                return Optional.empty();
            }
            all *= loop.extent().constant();
        }
        if (all < terms * LEAST_BLOCKS || accumulators.isEmpty() || !isOneNest(nest, loops)) {
            return Optional.empty();
        }
        List<String> inside = new ArrayList<>();
        long held = 1;
        for (Stmt.For loop : loops.reversed()) {
            long extent = loop.extent().constant();
            if (held * extent > terms) {
                long factor = factor(extent, terms / held);
                if (factor == 1) {
                    return Optional.of(new ReductionBlocks(Optional.empty(), 0, inside, accumulators));
                }
                inside.addFirst(loop.variable() + ".i");
                return Optional.of(new ReductionBlocks(Optional.of(loop.variable()), factor, inside, accumulators));
            }
            inside.addFirst(loop.variable());
            held *= extent;
        }
        return Optional.empty();
    }

    /** The greatest divisor of {@code extent} up to {@code most} if it is at least half of that, else {@code most}. */
    private static long factor(long extent, long most) {
        for (long factor = most; 2 * factor >= most && factor > 0; factor--) {
            if (extent % factor == 0) {
                return factor;
            }
        }
        return most;
    }

    /** Whether the reduced loops are one inside the other around the one reduction. */
    private static boolean isOneNest(LoopNest nest, List<Stmt.For> loops) {
        boolean[] nested = {nest.inner().equals(loops) && !loops.isEmpty()};
        for (int i = 0; i + 1 < loops.size(); i++) {
            nested[0] &= loops.get(i).body() == loops.get(i + 1);
        }
        return nested[0] && loops.getLast().body() instanceof Stmt.ReduceInto;
    }

    /** What reductions update, where all of it is in registers. */
    private static List<String> accumulators(Stmt body) {
        Set<String> registers = new LinkedHashSet<>();
        Set<String> updated = new LinkedHashSet<>();
        body.walk(part -> {
            if (part instanceof Stmt.Allocate(Buffer buffer, Stmt _) && buffer.space() == MemorySpace.REGISTER) {
                registers.add(buffer.name());
            } else if (part instanceof Stmt.ReduceInto reduce) {
                reduce.targets().forEach(target -> updated.add(target.buffer()));
            }
        });
        return registers.containsAll(updated) ? List.copyOf(updated) : List.of();
    }

    /** The first step: the split, if there is one. */
    void split(List<Step> steps) {
        cut.ifPresent(loop -> steps.add(new Step.Split(loop, factor, Tail.CLAMP)));
    }

    /**
     * What follows once lanes and rows of tiles are innermost.
     *
     * @param outside loops over what shares a panel, outside {@code rows}
     * @param rows a loop over tiles, and that over the rows of each, if they have several
     * @param lanes the loops over a tile's columns
     */
    private void order(List<String> outside, RowLoops rows, List<String> lanes, List<Step> steps) {
        List<String> tiles = new ArrayList<>(outside);
        tiles.add(rows.tiles());
        List<String> inTile = new ArrayList<>(rows.inTile().stream().toList());
        inTile.addAll(lanes);
        steps.add(new Step.Reorder(joined(tiles, inTile)));
        steps.add(new Step.Reorder(joined(joined(tiles, inside), inTile)));
    }

    /** Loops over tiles of rows. */
    record RowLoops(String tiles, Optional<String> inTile) {}

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** The accumulators of a tile in registers while a block runs; {@code axes} of a tile, of which the last is that of lanes. */
    private void hold(int axes, List<Step> steps) {
        for (String accumulator : accumulators) {
            steps.add(new Step.Hold(accumulator, inside.getFirst()));
        }
        for (String accumulator : accumulators) {
            steps.add(new Step.Vectorise(accumulator + ".h0"));
            for (int axis = 1; axis < axes; axis++) {
                steps.add(new Step.Unroll(accumulator + ".h" + axis));
            }
        }
    }

    /** Splits a row loop into whole tiles, smaller ones and single rows. */
    static List<RowLoops> rowLoops(RegisterTile tile, String row, List<Step> steps) {
        List<RowLoops> loops = new ArrayList<>();
        steps.add(new Step.Split(row, tile.rows(), Tail.PEEL));
        loops.add(new RowLoops(row + ".o", Optional.of(row + ".i")));
        String left = row + ".t";
        if (TileCost.tailRows(tile) > 1) {
            steps.add(new Step.Split(left, TileCost.tailRows(tile), Tail.PEEL));
            loops.add(new RowLoops(left + ".o", Optional.of(left + ".i")));
            left += ".t";
        }
        loops.add(new RowLoops(left, Optional.empty()));
        return loops;
    }

    /**
     * The steps that put tiles inside blocks, once the loops outside are in order.
     *
     * @param rows as {@link #rowLoops} gives them
     * @param sharing loops around the rows that read the same panels
     * @param lanes the loops over a tile's columns
     */
    void tiles(List<RowLoops> rows, List<String> sharing, List<String> lanes, List<Step> steps) {
        lanes.reversed().forEach(name -> steps.add(new Step.Sink(name)));
        rows.forEach(each -> each.inTile().ifPresent(name -> steps.add(new Step.Sink(name))));
        rows.forEach(each -> steps.add(new Step.Sink(each.tiles())));
        sharing.forEach(name -> steps.add(new Step.Sink(name)));
        rows.forEach(each -> order(sharing, each, lanes, steps));
        hold(lanes.size() + 1, steps);
        steps.add(new Step.Vectorise(lanes.getLast()));
        if (lanes.size() > 1) {
            steps.add(new Step.Unroll(lanes.getFirst()));
        }
        rows.forEach(each -> each.inTile().ifPresent(name -> steps.add(new Step.Unroll(name))));
        rows.forEach(each -> steps.add(new Step.Outline(each.tiles())));
    }
}
