package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.GridVerifier;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Schedules for a grid of sums of products over rows ({@code m}) and columns ({@code n}): blocks of tiles, panels of both operands
 * in shared memory, a tile of registers for each thread. Legality is the scheduler's to say.
 */
final class GridTileSchedules {
    /** Rows of panels that a thread reads along are this much longer, so that they do not start in one bank. */
    private static final int PAD = 1;

    private final Kernel kernel;
    private final Target.Grid target;
    private final GridContraction contraction;
    private final List<Step> steps = new ArrayList<>();

    private GridTileSchedules(GridContraction contraction, Target.Grid target) {
        this.kernel = contraction.kernel();
        this.target = target;
        this.contraction = contraction;
    }

    /** The tile that is taken to be best, if the kernel is such a sum and tiles are taken to pay. */
    static Optional<Candidate> chosen(Kernel kernel, Target.Grid target) {
        return GridContraction.of(kernel)
                .flatMap(contraction -> GridTile.choose(contraction.sizes(), target)
                        .flatMap(tile ->
                                of(kernel, target, tile).map(schedule -> new Candidate(tile.toString(), schedule))));
    }

    /** The tiles that the kernel may have; none if it is no such sum. */
    static List<GridTile> space(Kernel kernel, Target.Grid target) {
        return GridContraction.of(kernel)
                .map(contraction -> GridTile.space(contraction.sizes(), target))
                .orElse(List.of());
    }

    /** The same, the one taken to be fastest first. */
    static List<GridTile> preferred(Kernel kernel, Target.Grid target) {
        return GridContraction.of(kernel)
                .map(contraction -> GridTile.space(contraction.sizes(), target).stream()
                        .sorted(GridTile.preference(contraction.sizes(), target))
                        .toList())
                .orElse(List.of());
    }

    /** The schedule with {@code tile}; empty if the scheduler refuses it. */
    static Optional<Schedule> of(Kernel kernel, Target.Grid target, GridTile tile) {
        return GridContraction.of(kernel)
                .flatMap(contraction -> new GridTileSchedules(contraction, target).schedule(tile));
    }

    private Optional<Schedule> schedule(GridTile tile) {
        steps.clear();
        try {
            tiled(tile);
            Kernel scheduled = Scheduler.apply(kernel, new Schedule(steps), target);
            assert sharedBytes(scheduled) > target.sharedBytes() || isSafe(scheduled);
            return sharedBytes(scheduled) <= target.sharedBytes() ? Optional.of(new Schedule(steps)) : Optional.empty();
        } catch (ScheduleRefusal refused) {
            System.getLogger(GridTileSchedules.class.getName())
                    .log(System.Logger.Level.DEBUG, "{0}: {1}", kernel.name(), refused.getMessage());
            return Optional.empty();
        }
    }

    private boolean isSafe(Kernel scheduled) {
        GridVerifier.fault(scheduled, target).ifPresent(fault -> {
            throw new IllegalStateException(kernel.name() + ": " + fault);
        });
        return true;
    }

    private static long sharedBytes(Kernel scheduled) {
        long[] bytes = {0};
        scheduled.body().walk(part -> {
            if (part instanceof Stmt.Allocate(Buffer buffer, Stmt body) && buffer.space() == MemorySpace.SHARED) {
                long elements = buffer.layout().span().asConstant().orElse(Integer.MAX_VALUE);
                bytes[0] += buffer.dtype().byteSize(elements);
            }
        });
        return bytes[0];
    }

    /** An axis of the tile cut into blocks, what a thread has of it, and threads; the names of the loops that there are. */
    private record AxisCut(String block, List<String> thread, List<String> registers) {}

    private AxisCut cut(String loop, int threads, int registers) {
        if (threads * registers == 1) {
            return new AxisCut(loop, List.of(), List.of());
        }
        steps.add(new Step.Split(loop, (long) threads * registers, Tail.MASK));
        String inner = loop + ".i";
        if (registers == 1) {
            return new AxisCut(loop + ".o", List.of(inner), List.of());
        }
        if (threads == 1) {
            return new AxisCut(loop + ".o", List.of(), List.of(inner));
        }
        steps.add(new Step.Split(inner, threads, Tail.EXACT));
        return new AxisCut(loop + ".o", List.of(inner + ".i"), List.of(inner + ".o"));
    }

    private void tiled(GridTile tile) {
        Stmt.For column = contraction.column();
        AxisCut columns = cut(column.variable(), tile.threadColumns(), tile.columns());
        AxisCut rows = contraction
                .row()
                .map(loop -> cut(loop.variable(), tile.threadRows(), tile.rows()))
                .orElse(new AxisCut("", List.of(), List.of()));
        String term = contraction.term().variable();
        steps.add(new Step.Split(term, tile.depth(), Tail.CLAMP));
        String stage = term + ".o";
        String inStage = term + ".i";
        List<String> blocks = new ArrayList<>();
        for (Stmt.For loop : contraction.nest().outer()) {
            String name = loop.variable();
            blocks.add(loop == column ? columns.block() : contraction.isRow(loop) ? rows.block() : name);
        }
        List<String> threads = joined(rows.thread(), columns.thread());
        List<String> registers = joined(rows.registers(), columns.registers());
        reorder(joined(blocks, joined(threads, registers)));
        blocks.forEach(block -> steps.add(new Step.Bind(block, LoopKind.BLOCK)));
        joined(threads, registers).reversed().forEach(loop -> steps.add(new Step.Sink(loop)));
        stage(
                1,
                stage,
                inStage,
                joined(columns.registers(), columns.thread()),
                joined(rows.registers(), rows.thread()),
                column);
        stage(
                0,
                stage,
                inStage,
                joined(rows.registers(), rows.thread()),
                joined(columns.registers(), columns.thread()),
                contraction.row().orElse(column));
        steps.add(new Step.Overrun(stage));
        reorder(joined(threads, registers));
        reorder(joined(threads, joined(List.of(inStage), registers)));
        String thread = threads.getFirst();
        if (threads.size() == 2) {
            thread = "thread";
            steps.add(new Step.Fuse(threads.getFirst(), threads.getLast(), thread));
        }
        steps.add(new Step.Bind(thread, LoopKind.THREAD));
        copies(0, tile.threads());
        copies(1, tile.threads());
        registers.reversed().forEach(loop -> steps.add(new Step.Unroll(loop)));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private void reorder(List<String> loops) {
        if (loops.size() > 1) {
            steps.add(new Step.Reorder(loops));
        }
    }

    /** Stages an operand in the order in which its elements lie: along its own axis, or along the terms. */
    private void stage(int input, String stage, String inStage, List<String> own, List<String> others, Stmt.For axis) {
        boolean along = contraction.isAdjacent(input, axis.variable());
        List<String> order =
                along ? joined(List.of(inStage), joined(own, others)) : joined(joined(own, List.of(inStage)), others);
        reorder(order);
        steps.add(new Step.StageInput(stage, input, MemorySpace.SHARED, along ? 0 : PAD));
    }

    /** The threads of a block share the loops that fill a panel, neighbouring elements being neighbouring threads'. */
    private void copies(int input, int threads) {
        List<String> loops = new ArrayList<>();
        Scheduler.apply(kernel, new Schedule(steps), target).body().walk(part -> {
            if (part instanceof Stmt.For loop && loop.variable().startsWith("input" + input + ".s")) {
                loops.add(loop.variable());
            }
        });
        String all = FusedLoops.of(loops, number -> "copy" + input + "." + "p".repeat(number), steps);
        steps.add(new Step.Split(all, threads, Tail.MASK));
        steps.add(new Step.Reorder(List.of(all + ".i", all + ".o")));
        steps.add(new Step.Bind(all + ".i", LoopKind.THREAD));
        steps.add(new Step.Unroll(all + ".o"));
    }
}
