package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/**
 * Schedules for a grid: of each nest at the top of the kernel, as many of the outermost loops as are parallel become one loop, cut into blocks of
 * threads. Each thread does its elements in the kernel's order.
 */
final class GridSchedules {
    /** Threads of a block: enough to fill a multiprocessor with few blocks, few enough for any number of registers. */
    private static final int THREADS = 128;

    private final Kernel kernel;
    private final Target.Grid target;
    private final List<Step> steps = new ArrayList<>();

    private GridSchedules(Kernel kernel, Target.Grid target) {
        this.kernel = kernel;
        this.target = target;
    }

    static List<Schedule> of(Kernel kernel, Target.Grid target) {
        GridSchedules grid = new GridSchedules(kernel, target);
        grid.launches(kernel.body());
        return List.of(new Schedule(grid.steps));
    }

    private void launches(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::launches);
            case Stmt.For loop -> longest(loop);
            case Stmt.Store store -> {}
            case Stmt.Reduce reduce -> {}
            case Stmt.Allocate allocate -> {}
            case Stmt.Guard guard -> {}
            case Stmt.Let let -> {}
            case Stmt.Section section -> {}
        }
    }

    /** Takes the longest run of perfectly nested loops from {@code outermost} on that the scheduler accepts. */
    private void longest(Stmt.For outermost) {
        List<Stmt.For> nest = new ArrayList<>();
        Stmt at = outermost;
        while (at instanceof Stmt.For loop) {
            nest.add(loop);
            at = loop.body();
        }
        for (int depth = nest.size(); depth > 0; depth--) {
            List<Step> more = new ArrayList<>(steps);
            more.addAll(bound(LoopNest.names(nest.subList(0, depth))));
            if (isLegal(more)) {
                steps.clear();
                steps.addAll(more);
                return;
            }
        }
    }

    private List<Step> bound(List<String> loops) {
        List<Step> bound = new ArrayList<>();
        String all = loops.getFirst();
        for (int i = 1; i < loops.size(); i++) {
            String fused = loops.getFirst() + ".p" + i;
            bound.add(new Step.Fuse(all, loops.get(i), fused));
            all = fused;
        }
        bound.add(new Step.Split(all, Math.min(THREADS, target.blockThreads()), Tail.MASK));
        bound.add(new Step.Bind(all + ".o", LoopKind.BLOCK));
        bound.add(new Step.Bind(all + ".i", LoopKind.THREAD));
        return bound;
    }

    private boolean isLegal(List<Step> candidate) {
        try {
            Scheduler.apply(kernel, new Schedule(candidate), target);
            return true;
        } catch (ScheduleRefusal refused) {
            return false;
        }
    }
}
