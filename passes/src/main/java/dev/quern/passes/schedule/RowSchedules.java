package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/**
 * Schedules of kernels that pass over rows: rows in parallel; in a row, partial results in several vectors, joined at its end. Where
 * rows lie across memory, lanes run over neighbouring rows instead.
 */
final class RowSchedules {
    /** Vectors of partial results: enough to hide the latency of an addition. */
    private static final int ACCUMULATORS = 4;

    private RowSchedules() {}

    static List<Schedule> of(Kernel kernel, LoopNest nest, Target target) {
        List<Schedule> schedules = new ArrayList<>();
        long lanes = Lanes.of(kernel, target);
        List<Step> rows = parallelRows(nest);
        if (lanes > 1) {
            List<Stmt.For> outer = nest.outer();
            boolean across = !outer.isEmpty()
                    && !nest.inner().isEmpty()
                    && !LoopNest.contiguous(kernel, nest.body(), innermost(nest))
                    && LoopNest.contiguous(kernel, nest.body(), outer.getLast());
            if (across) {
                schedules.add(acrossRows(nest, lanes));
            }
            schedules.add(new Schedule(concat(rows, alongRows(nest, lanes, ACCUMULATORS))));
            schedules.add(new Schedule(concat(rows, alongRows(nest, lanes, 1))));
        }
        schedules.add(new Schedule(rows));
        if (!nest.outer().isEmpty()) {
            schedules.add(TraversalSchedules.outermostParallel(nest));
        }
        return schedules;
    }

    private static Stmt.For innermost(LoopNest nest) {
        Stmt.For[] last = {nest.inner().getFirst()};
        while (last[0].body() instanceof Stmt.For inner) {
            last[0] = inner;
        }
        return last[0];
    }

    private static List<Step> parallelRows(LoopNest nest) {
        List<Step> steps = new ArrayList<>();
        if (nest.outer().isEmpty()) {
            return steps;
        }
        String parallel = nest.outer().getFirst().variable();
        for (int i = 1; i < nest.outer().size(); i++) {
            String fused = "p" + i;
            steps.add(new Step.Fuse(parallel, nest.outer().get(i).variable(), fused));
            parallel = fused;
        }
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        steps.add(new Step.Outline(parallel));
        return steps;
    }

    /** The innermost loop of each pass: split into vectors of partial results if it reduces, else into vectors. */
    private static List<Step> alongRows(LoopNest nest, long lanes, int accumulators) {
        List<Step> steps = new ArrayList<>();
        for (Stmt.For loop : nest.inner()) {
            if (loop.body() instanceof Stmt.For) {
                continue;
            }
            String name = loop.variable();
            boolean isLong = LongFunctions.in(loop.body());
            if (isLong) {
                steps.add(
                        reduces(loop)
                                ? new Step.SplitReduction(name, lanes, Tail.MASK)
                                : new Step.Split(name, lanes, Tail.MASK));
            } else if (reduces(loop)) {
                steps.add(new Step.SplitReduction(name, lanes * accumulators, Tail.PEEL));
                steps.add(new Step.SplitReduction(name + ".t", lanes, Tail.MASK));
            } else {
                steps.add(new Step.Split(name, lanes, Tail.PEEL));
                steps.add(new Step.Split(name + ".t", lanes, Tail.MASK));
            }
            steps.addAll(bound(name, reduces(loop)));
            if (!isLong) {
                steps.addAll(bound(name + ".t", reduces(loop)));
            }
        }
        return steps;
    }

    /** The lanes of a split loop, innermost, as vectors. */
    private static List<Step> bound(String name, boolean reduces) {
        List<Step> steps = new ArrayList<>(List.of(new Step.Sink(name + ".i"), new Step.Vectorise(name + ".i")));
        if (reduces) {
            steps.add(new Step.Vectorise(name + ".c"));
        }
        return steps;
    }

    private static boolean reduces(Stmt.For loop) {
        boolean[] found = {false};
        LoopNest.visit(loop.body(), part -> found[0] |= part instanceof Stmt.Reduce);
        return found[0];
    }

    private static Schedule acrossRows(LoopNest nest, long lanes) {
        String last = nest.outer().getLast().variable();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Split(last, lanes, Tail.MASK));
        String parallel = null;
        for (Stmt.For loop : nest.outer()) {
            String name = loop.variable().equals(last) ? last + ".o" : loop.variable();
            String fused = "p" + steps.size();
            if (parallel != null) {
                steps.add(new Step.Fuse(parallel, name, fused));
            }
            parallel = parallel == null ? name : fused;
        }
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        steps.add(new Step.Outline(parallel));
        steps.add(new Step.Sink(last + ".i"));
        steps.add(new Step.Vectorise(last + ".i"));
        return new Schedule(steps);
    }

    private static List<Step> concat(List<Step> first, List<Step> second) {
        List<Step> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
