package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
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
import java.util.function.Function;

/**
 * Schedules for a grid, launch by launch: where the outermost loops have iterations enough to fill the device, each is a thread's;
 * where they are few and long, each is a block's, whose threads share the loops inside. What is legal is found by asking the scheduler.
 */
final class GridSchedules {
    /** Threads of a block: enough to fill a multiprocessor with few blocks, few enough for any number of registers. */
    private static final int THREADS = 128;

    /** Threads that share an iteration: as many partial results has a sum. */
    private static final int SHARING = 256;

    /** Iterations that a thread may have to itself even if threads are few. */
    private static final long SHORT_LOOP = 32;

    /** Part of the threads that a device can hold that have to have work. */
    private static final long FILLED = 16;

    private final Kernel kernel;
    private final Target.Grid target;
    private final List<Step> steps = new ArrayList<>();

    private GridSchedules(Kernel kernel, Target.Grid target) {
        this.kernel = kernel;
        this.target = target;
    }

    static Schedule of(Kernel kernel, Target.Grid target) {
        GridSchedules grid = new GridSchedules(kernel, target);
        grid.launches(kernel.body());
        return new Schedule(grid.steps);
    }

    private void launches(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::launches);
            case Stmt.For loop when isFewAndLong(loop) -> blocks(loop);
            case Stmt.For loop -> elements(loop);
            case Stmt.Store _, Stmt.ReduceInto _ -> {}
            case Stmt.Allocate _, Stmt.Guard _, Stmt.Let _, Stmt.Section _ -> shared(statement);
        }
    }

    /** The perfectly nested loops from {@code outermost} on. */
    private static List<Stmt.For> nest(Stmt outermost) {
        List<Stmt.For> nest = new ArrayList<>();
        Stmt at = outermost;
        while (at instanceof Stmt.For loop) {
            nest.add(loop);
            at = loop.body();
        }
        return nest;
    }

    private boolean isFewAndLong(Stmt.For outermost) {
        long iterations = 1;
        List<Stmt.For> nest = nest(outermost);
        for (Stmt.For loop : nest) {
            iterations *= Math.max(1, LoopNest.likely(loop));
            if (iterations > target.residentThreads() / FILLED) {
                return false;
            }
        }
        boolean[] isLong = {false};
        nest.getLast()
                .body()
                .walk(part -> isLong[0] |= part instanceof Stmt.For loop && LoopNest.likely(loop) > SHORT_LOOP);
        return isLong[0];
    }

    /** An iteration of as many of the outermost loops as are parallel is a thread's: of one loop that they become, else of the last of them. */
    private void elements(Stmt.For outermost) {
        List<String> loops = LoopNest.names(nest(outermost));
        for (int depth = loops.size(); depth > 0; depth--) {
            List<String> taken = loops.subList(0, depth);
            if (isTaken(fused(taken)) || isTaken(apart(taken))) {
                return;
            }
        }
        shared(outermost);
    }

    private static List<Step> cut(String loop) {
        return List.of(
                new Step.Split(loop, THREADS, Tail.MASK),
                new Step.Bind(loop + ".o", LoopKind.BLOCK),
                new Step.Bind(loop + ".i", LoopKind.THREAD));
    }

    private static List<Step> fused(List<String> loops) {
        List<Step> bound = new ArrayList<>();
        bound.addAll(cut(FusedLoops.of(loops, number -> loops.getFirst() + ".p" + number, bound)));
        return bound;
    }

    private static List<Step> apart(List<String> loops) {
        List<Step> bound = new ArrayList<>();
        for (String loop : loops.subList(0, loops.size() - 1)) {
            bound.add(new Step.Bind(loop, LoopKind.BLOCK));
        }
        bound.addAll(cut(loops.getLast()));
        return bound;
    }

    /** An iteration of the parallel outermost loops is a block's. */
    private void blocks(Stmt.For outermost) {
        Stmt at = outermost;
        while (at instanceof Stmt.For loop && isTaken(List.of(new Step.Bind(loop.variable(), LoopKind.BLOCK)))) {
            at = loop.body();
        }
        shared(at);
    }

    /** The threads of a block share the outermost loops of {@code statement} that are parallel, or sums. */
    private void shared(Stmt statement) {
        if (!(statement instanceof Stmt.For loop) || !isShared(loop)) {
            statement.parts().forEach(this::shared);
        }
    }

    private boolean isShared(Stmt.For loop) {
        if (kernel.roles().is(loop, AxisRole.STEP)) {
            return false;
        }
        return isSpread(loop, name -> new Step.Split(name, SHARING, Tail.MASK))
                || LoopNest.likely(loop) > SHORT_LOOP
                        && isSpread(loop, name -> new Step.SplitReduction(name, SHARING, Tail.MASK));
    }

    /** Neighbouring iterations are neighbouring threads'. */
    private boolean isSpread(Stmt.For loop, Function<String, Step> split) {
        Step cut = split.apply(loop.variable());
        String inner = loop.variable() + ".i";
        Step threads = new Step.Bind(inner, LoopKind.THREAD);
        // Outside, threads wait for one another once; inside, after every part of the loop.
        return isTaken(List.of(cut, new Step.Reorder(List.of(inner, loop.variable() + ".o")), threads))
                || isTaken(List.of(cut, threads));
    }

    /** Adds the steps if the scheduler accepts them. */
    private boolean isTaken(List<Step> more) {
        List<Step> candidate = new ArrayList<>(steps);
        candidate.addAll(more);
        try {
            Scheduler.apply(kernel, new Schedule(candidate), target);
        } catch (ScheduleRefusal refused) {
            return false;
        }
        steps.clear();
        steps.addAll(candidate);
        return true;
    }
}
