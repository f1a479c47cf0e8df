package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.GridVerifier;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Schedules for a grid of sums of products of 16-bit floats over rows ({@code m}), columns ({@code n}) and terms ({@code k}) by matrix
 * instructions: blocks of warps, panels of both operands copied ahead into shared memory, and a sum that the lanes of a warp hold as the
 * instruction does. Legality is the scheduler's to say. Terms may be added in another order than the kernel's.
 */
final class GridMatrixSchedules {
    private static final int HALF = 8;

    private final GridContraction contraction;
    private final Target.Grid target;
    private final MatrixInstruction instruction;
    private final GridMatrixTile tile;
    private final String m;
    private final String n;
    private final String k;
    private final List<Step> steps = new ArrayList<>();
    private MatrixAxis rows;
    private MatrixAxis columns;

    private GridMatrixSchedules(
            GridContraction contraction, Target.Grid target, MatrixInstruction instruction, GridMatrixTile tile) {
        this.contraction = contraction;
        this.target = target;
        this.instruction = instruction;
        this.tile = tile;
        this.m = contraction.row().orElseThrow().variable();
        this.n = contraction.column().variable();
        this.k = contraction.term().variable();
    }

    /** The instruction that a contraction may be done by: one for the type of both operands. */
    private static Optional<MatrixInstruction> instruction(GridContraction contraction, Target.Grid target) {
        DType left = contraction.narrow(0).dtype();
        DType right = contraction.narrow(1).dtype();
        return target.instructions().stream()
                .filter(each -> contraction.row().isPresent()
                        && contraction.reduce().reduction().isFused()
                        && contraction.reduce().inputs().getFirst().dtype() == DType.F32
                        && left == each.operands()
                        && right == each.operands())
                .findFirst();
    }

    /** The tiles that the kernel may have; none if it is no such sum. */
    static List<GridMatrixTile> space(Kernel kernel, Target.Grid target) {
        return GridContraction.of(kernel)
                .filter(contraction -> instruction(contraction, target).isPresent()
                        && contraction.term().extent().isConstant())
                .map(contraction -> GridMatrixTile.space(contraction.sizes(), target))
                .orElse(List.of());
    }

    /** The tiles of the space, the one taken to be fastest first. */
    static List<GridMatrixTile> preferred(Kernel kernel, Target.Grid target) {
        return GridContraction.of(kernel)
                .map(contraction -> {
                    GridTile.Sizes sizes = contraction.sizes();
                    return space(kernel, target).stream()
                            .sorted(GridMatrixTile.preference(sizes, target))
                            .toList();
                })
                .orElse(List.of());
    }

    /** The schedule with {@code tile}; empty if the scheduler refuses it. */
    static Optional<Schedule> of(Kernel kernel, Target.Grid target, GridMatrixTile tile) {
        return GridContraction.of(kernel)
                .flatMap(contraction -> instruction(contraction, target)
                        .flatMap(instruction ->
                                new GridMatrixSchedules(contraction, target, instruction, tile).schedule()));
    }

    private Optional<Schedule> schedule() {
        try {
            tiled();
            Kernel scheduled = Scheduler.apply(contraction.kernel(), new Schedule(steps), target);
            assert isSafe(scheduled);
            return Optional.of(new Schedule(steps));
        } catch (ScheduleRefusal refused) {
            System.getLogger(GridMatrixSchedules.class.getName())
                    .log(
                            System.Logger.Level.DEBUG,
                            "{0}: {1}",
                            contraction.kernel().name(),
                            refused.getMessage());
            return Optional.empty();
        }
    }

    private boolean isSafe(Kernel scheduled) {
        GridVerifier.fault(scheduled, target).ifPresent(fault -> {
            throw new IllegalStateException(scheduled.name() + ": " + fault);
        });
        return true;
    }

    /** A loop cut into blocks, warps, tiles of the instruction and their elements; no loop where there would be one iteration. */
    private record MatrixAxis(String loop, Optional<String> warps, Optional<String> tiles, String elements) {
        String block() {
            return loop + ".o";
        }

        /** All loops of a block, outermost first. */
        List<String> loops() {
            List<String> loops = new ArrayList<>();
            warps.ifPresent(loops::add);
            tiles.ifPresent(loops::add);
            loops.add(elements);
            return loops;
        }
    }

    private void tiled() {
        columns = cut(n, tile.columns(), tile.blockColumns(), instruction.columns());
        rows = cut(m, tile.rows(), tile.blockRows(), instruction.rows());
        split(k, tile.depth(), Tail.EXACT);
        List<String> blocks = contraction.nest().outer().stream()
                .map(loop -> loop == contraction.column() || contraction.isRow(loop)
                        ? loop.variable() + ".o"
                        : loop.variable())
                .toList();
        List<String> inner = joined(warps(), tiles(), List.of(rows.elements(), columns.elements()));
        steps.add(new Step.Reorder(joined(blocks, inner, List.of())));
        blocks.forEach(block -> bind(block, LoopKind.BLOCK));
        inner.reversed().forEach(loop -> steps.add(new Step.Sink(loop)));
        stage(1, columns, rows);
        stage(0, rows, columns);
        steps.add(new Step.Pack(contraction.reduce().targets().getFirst().buffer(), sum()));
        steps.add(new Step.Overrun(k + ".o"));
        product();
        spreadOverLanes();
        if (warps().size() > 1) {
            steps.add(new Step.Fuse(warps().getFirst(), warps().getLast(), "warp"));
        }
        bind(warps().size() > 1 ? "warp" : warps().getFirst(), LoopKind.WARP);
        copies(0);
        copies(1);
        steps.add(new Step.Pipeline(k + ".o", tile.stages()));
        List<String> halves = List.of(rows.elements() + ".o", columns.elements() + ".o");
        joined(halves, stepsOfTerms(), tiles()).forEach(loop -> steps.add(new Step.Unroll(loop)));
    }

    private List<String> warps() {
        return Stream.concat(rows.warps().stream(), columns.warps().stream()).toList();
    }

    private List<String> tiles() {
        return Stream.concat(rows.tiles().stream(), columns.tiles().stream()).toList();
    }

    private List<String> stepsOfTerms() {
        return tile.depth() > instruction.terms() ? List.of(k + ".i.o") : List.of();
    }

    private static List<String> joined(List<String> first, List<String> second, List<String> third) {
        return Stream.of(first, second, third).flatMap(List::stream).toList();
    }

    private void split(String loop, long factor, Tail tail) {
        steps.add(new Step.Split(loop, factor, tail));
    }

    private void bind(String loop, LoopKind kind) {
        steps.add(new Step.Bind(loop, kind));
    }

    private MatrixAxis cut(String loop, int warp, int block, int instructionTile) {
        split(loop, block, Tail.MASK);
        String inner = loop + ".i";
        Optional<String> warps = Optional.empty();
        if (block > warp) {
            split(inner, warp, Tail.EXACT);
            warps = Optional.of(inner + ".o");
            inner += ".i";
        }
        Optional<String> tiles = Optional.empty();
        if (warp > instructionTile) {
            split(inner, instructionTile, Tail.EXACT);
            tiles = Optional.of(inner + ".o");
            inner += ".i";
        }
        return new MatrixAxis(loop, warps, tiles, inner);
    }

    /** Stages the operand that has {@code own} for an axis: along its own axis where its elements lie so, else along the terms. */
    private void stage(int input, MatrixAxis own, MatrixAxis other) {
        boolean along = contraction.isAdjacent(input, own.loop()) && !contraction.isAdjacent(input, k);
        List<String> term = List.of(k + ".i");
        steps.add(new Step.Reorder(
                along ? joined(term, own.loops(), other.loops()) : joined(own.loops(), term, other.loops())));
        steps.add(new Step.StageInput(k + ".o", input, MemorySpace.SHARED, 0));
        long size = input == 0 ? tile.rows() : tile.columns();
        long warps = input == 0 ? tile.warpRows() : tile.warpColumns();
        long element = input == 0 ? instruction.rows() : instruction.columns();
        long stride = along ? 1 : tile.depth();
        List<Layout.Mode> axes = new ArrayList<>();
        own.warps().ifPresent(loop -> axes.add(mode(warps, size * stride)));
        own.tiles().ifPresent(loop -> axes.add(mode(size / element, element * stride)));
        axes.add(mode(element, stride));
        axes.add(along ? 0 : axes.size(), mode(tile.depth(), along ? size * warps : 1));
        steps.add(new Step.Pack("input" + input, swizzled(axes, along ? size * warps : tile.depth())));
    }

    private static Layout.Mode mode(long extent, long stride) {
        return new Layout.Mode(Dim.of(extent), Dim.of(stride));
    }

    /**
     * Rows of {@code length} elements, a power of two, in which runs of eight exchange places, so that the runs at one place of eight rows lie
     * in different banks of shared memory: those of 128 bytes by the number of the row, those of shorter rows by that of the line of
     * 128 bytes.
     */
    private static Layout swizzled(List<Layout.Mode> axes, long length) {
        int run = Long.numberOfTrailingZeros(GridMatrixTile.RUN);
        int bits = Math.min(run, Long.numberOfTrailingZeros(length) - run);
        int shift = Math.max(run, Long.numberOfTrailingZeros(length) - run);
        return new Layout(axes.stream().map(List::of).toList(), Optional.of(new Layout.Swizzle(bits, run, shift)));
    }

    /** The sum: a lane's elements of one tile, then the other lanes', the other warps', the other tiles'. */
    private Layout sum() {
        long elements = (long) instruction.rows() * instruction.columns();
        long tilesOfRow = tile.columns() / instruction.columns();
        long warps = elements * tile.warpRows() * tile.warpColumns();
        List<List<Layout.Mode>> axes = new ArrayList<>();
        rows.warps().ifPresent(loop -> axes.add(List.of(mode(tile.warpRows(), elements * tile.warpColumns()))));
        columns.warps().ifPresent(loop -> axes.add(List.of(mode(tile.warpColumns(), elements))));
        rows.tiles().ifPresent(loop -> axes.add(List.of(mode(tile.rows() / instruction.rows(), warps * tilesOfRow))));
        columns.tiles().ifPresent(loop -> axes.add(List.of(mode(tilesOfRow, warps))));
        axes.addAll(instruction.sum().axes());
        return new Layout(axes, Optional.empty());
    }

    private void product() {
        String term = k + ".i";
        if (!stepsOfTerms().isEmpty()) {
            split(term, instruction.terms(), Tail.EXACT);
            term += ".i";
        }
        List<String> instructions = List.of(term, rows.elements(), columns.elements());
        steps.add(new Step.Reorder(joined(joined(warps(), stepsOfTerms(), tiles()), instructions, List.of())));
        steps.add(new Step.Tensorise(term, instruction.name()));
    }

    /** Where the sum begins and ends, each lane has the elements that it holds: pairs of neighbours, in both halves of both axes. */
    private void spreadOverLanes() {
        for (MatrixAxis axis : List.of(rows, columns)) {
            for (String loop : outsideProducts(axis.elements())) {
                split(loop, HALF, Tail.EXACT);
            }
        }
        String row = rows.elements() + ".i";
        split(columns.elements() + ".i", 2, Tail.EXACT);
        String column = columns.elements() + ".i.o";
        String pair = columns.elements() + ".i.i";
        List<String> halves = List.of(rows.elements() + ".o", columns.elements() + ".o", pair);
        steps.add(new Step.Reorder(joined(joined(warps(), List.of(row, column), tiles()), halves, List.of())));
        steps.add(new Step.Fuse(row, column, "lane"));
        bind("lane", LoopKind.LANE);
        steps.add(new Step.Vectorise(pair));
    }

    /** The copies of {@code loop} that no instruction does, each by its number. */
    private List<String> outsideProducts(String loop) {
        List<String> found = new ArrayList<>();
        outsideProducts(scheduled().body(), loop, found);
        return found;
    }

    private static void outsideProducts(Stmt statement, String loop, List<String> found) {
        if (statement instanceof Stmt.Section section && section.by() instanceof Realisation.ByMatrixInstruction) {
            return;
        }
        if (statement instanceof Stmt.For copy && copy.variable().equals(loop)) {
            found.add(loop + ".0");
        } else if (statement instanceof Stmt.For copy && isNumbered(copy.variable(), loop)) {
            found.add(copy.variable());
        }
        statement.parts().forEach(part -> outsideProducts(part, loop, found));
    }

    private static boolean isNumbered(String variable, String loop) {
        return variable.startsWith(loop + ".")
                && variable.substring(loop.length() + 1).chars().allMatch(Character::isDigit);
    }

    private Kernel scheduled() {
        return Scheduler.apply(contraction.kernel(), new Schedule(steps), target);
    }

    /** The threads of a block share the loops that fill a panel, neighbouring runs of elements being neighbouring threads'. */
    private void copies(int input) {
        List<String> loops = new ArrayList<>();
        scheduled().body().walk(part -> {
            if (part instanceof Stmt.For loop && loop.variable().startsWith("input" + input + ".s")) {
                loops.add(loop.variable());
            }
        });
        String all = FusedLoops.of(loops, number -> "copy" + input + "." + "p".repeat(number), steps);
        split(all, GridMatrixTile.RUN, Tail.EXACT);
        split(all + ".o", tile.threads(), Tail.MASK);
        steps.add(new Step.Reorder(List.of(all + ".o.i", all + ".o.o", all + ".i")));
        bind(all + ".o.i", LoopKind.THREAD);
        steps.add(new Step.Vectorise(all + ".i"));
        steps.add(new Step.Unroll(all + ".o.o"));
    }
}
