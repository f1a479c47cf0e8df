package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.GridVerifier;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.verify.InvalidIrException;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Random legal schedules for a grid: a tile of the kernel's space or nothing to begin with, then steps that the scheduler accepts and after which the kernel obeys the rules of kernels
 * and of grids.
 */
final class DrawnGridSchedules {
    private static final int ATTEMPTS = 24;
    private static final int MOST_MOVES = 6;

    private final Kernel kernel;
    private final Target.Grid target;
    private final Random random;
    private List<Step> steps = List.of();
    private Kernel scheduled;

    private DrawnGridSchedules(Kernel kernel, Target.Grid target, Random random) {
        this.kernel = kernel;
        this.target = target;
        this.random = random;
        this.scheduled = Scheduler.apply(kernel, Schedule.NONE, target);
    }

    /** A schedule that binds at least one loop to the grid; empty if none was met. */
    static Optional<Schedule> draw(Kernel kernel, Target.Grid target, Random random) {
        DrawnGridSchedules drawn = new DrawnGridSchedules(kernel, target, random);
        drawn.tile();
        int wanted = 1 + random.nextInt(MOST_MOVES);
        for (int attempt = 0; attempt < ATTEMPTS && wanted > 0; attempt++) {
            wanted -= drawn.isTaken(drawn.move()) ? 1 : 0;
        }
        for (int attempt = 0; attempt < ATTEMPTS && !drawn.isOnGrid(); attempt++) {
            drawn.isTaken(drawn.spread());
        }
        return drawn.isOnGrid() ? Optional.of(new Schedule(drawn.steps)) : Optional.empty();
    }

    private void tile() {
        List<GridMatrixTile> matrices = GridMatrixSchedules.space(kernel, target);
        List<GridTile> tiles = GridTileSchedules.space(kernel, target);
        if (random.nextInt(4) > 0 && !matrices.isEmpty()) {
            GridMatrixTile tile = matrices.get(random.nextInt(matrices.size()));
            GridMatrixSchedules.of(kernel, target, tile).ifPresent(found -> isTaken(found.steps()));
        } else if (random.nextBoolean() && !tiles.isEmpty()) {
            GridTile tile = tiles.get(random.nextInt(tiles.size()));
            GridTileSchedules.of(kernel, target, tile).ifPresent(found -> isTaken(found.steps()));
        }
    }

    private boolean isOnGrid() {
        boolean[] found = {false};
        scheduled
                .body()
                .walk(part ->
                        found[0] |= part instanceof Stmt.For loop && loop.kind().isOfGrid());
        return found[0];
    }

    /** Adds the steps if what comes of them is legal. */
    private boolean isTaken(List<Step> more) {
        List<Step> candidate = new ArrayList<>(steps);
        candidate.addAll(more);
        try {
            Kernel changed = Scheduler.apply(kernel, new Schedule(candidate), target);
            KernelVerifier.verify(changed);
            if (GridVerifier.fault(changed, target).isPresent()) {
                return false;
            }
            scheduled = changed;
        } catch (ScheduleRefusal | InvalidIrException refused) {
            return false;
        }
        steps = List.copyOf(candidate);
        return true;
    }

    private List<String> loops() {
        List<String> loops = new ArrayList<>();
        scheduled.body().walk(part -> {
            if (part instanceof Stmt.For loop) {
                loops.add(loop.variable());
            }
        });
        return loops.isEmpty() ? List.of("none") : loops;
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private long factor() {
        return any(List.of(2L, 3L, 4L, 8L, 16L, 32L));
    }

    private Step.Tail tail() {
        return any(List.of(Step.Tail.values()));
    }

    private List<Step> move() {
        List<String> loops = loops();
        String loop = any(loops);
        return switch (random.nextInt(14)) {
            case 0, 1 -> List.of(new Step.Split(loop, factor(), tail()));
            case 2 -> List.of(new Step.Reorder(List.of(loop, any(loops))));
            case 3 -> List.of(new Step.Fuse(loop, any(loops), "f" + random.nextInt(1000)));
            case 4 -> List.of(new Step.Sink(loop));
            case 5 -> List.of(new Step.Vectorise(loop));
            case 6 -> List.of(new Step.Unroll(loop));
            case 7 -> List.of(new Step.SplitReduction(loop, factor(), tail()));
            case 8 -> List.of(new Step.StageInput(loop, random.nextInt(2), MemorySpace.SHARED, random.nextInt(2)));
            case 9 -> List.of(new Step.Pipeline(loop, 2 + random.nextInt(3)));
            default -> spread();
        };
    }

    /** Loops bound to blocks, threads, or warps and their lanes. */
    private List<Step> spread() {
        String loop = any(loops());
        String outer = loop + ".o";
        String inner = loop + ".i";
        return switch (random.nextInt(7)) {
            case 0 -> List.of(new Step.Bind(loops().getFirst(), LoopKind.BLOCK));
            case 1 -> List.of(new Step.Bind(loop, LoopKind.BLOCK));
            case 2 -> List.of(new Step.Bind(loop, LoopKind.THREAD));
            case 3 -> List.of(new Step.Split(loop, factor(), tail()), new Step.Bind(inner, LoopKind.THREAD));
            case 4 ->
                List.of(
                        new Step.Split(loop, factor(), Step.Tail.MASK),
                        new Step.Bind(outer, LoopKind.BLOCK),
                        new Step.Bind(inner, LoopKind.THREAD));
            case 5 ->
                List.of(
                        new Step.Split(loop, factor(), Step.Tail.MASK),
                        new Step.Bind(outer, LoopKind.WARP),
                        new Step.Bind(inner, LoopKind.LANE));
            default ->
                List.of(
                        new Step.SplitReduction(loop, factor(), Step.Tail.MASK),
                        new Step.Reorder(List.of(inner, outer)),
                        new Step.Bind(inner, LoopKind.THREAD));
        };
    }
}
