package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Schedules of kernels that pass over rows: rows in parallel; in a row, partial results in several vectors, joined at its end. Where
 * rows lie across memory, lanes run over neighbouring rows instead.
 *
 * <p>How many partial results there are, and how they are joined, follows from the kernel alone where it is pinned: the order of a
 * sum is the same on every target, and in every fallback.
 */
final class RowSchedules {
    /** Vectors of partial results, where they are widest: enough to hide the latency of an addition. */
    private static final int ACCUMULATORS = 4;

    /** Elements of a row that are not worth lanes of several parts each. */
    private static final int FEW = 64;

    private final Kernel kernel;
    private final LoopNest nest;
    private final Target.Processor target;
    private final long lanes;
    private final long partials;

    private RowSchedules(Kernel kernel, LoopNest nest, Target.Processor target, boolean pinned) {
        this.kernel = kernel;
        this.nest = nest;
        this.target = target;
        this.lanes = LaneCount.of(kernel, target);
        this.partials = pinned || lanes == 1 ? LaneCount.widest(kernel) : lanes;
    }

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Target.Processor target, boolean pinned) {
        RowSchedules rows = new RowSchedules(kernel, nest, target, pinned);
        return new ListedSchedules(
                "rows", rows.areAcross() || rows.areShort() ? inOrder(kernel, nest, target) : rows.along());
    }

    /** Schedules that leave the order of reductions as the kernel has it. */
    static List<Candidate> inOrder(Kernel kernel, LoopNest nest, Target.Processor target) {
        RowSchedules rows = new RowSchedules(kernel, nest, target, true);
        List<Candidate> schedules = new ArrayList<>();
        if (rows.lanes > 1 && rows.areAcross()) {
            schedules.add(new Candidate("across rows", acrossRows(nest, rows.lanes)));
        }
        schedules.addAll(rows.parallel("rows", List.of()));
        return schedules;
    }

    /** Whether neighbouring rows lie side by side, and the elements of one do not. */
    private boolean areAcross() {
        List<Stmt.For> outer = nest.outer();
        return !outer.isEmpty()
                && passes().findAny().isPresent()
                && !LoopNest.contiguous(kernel, nest.body(), firstPass())
                && LoopNest.contiguous(kernel, nest.body(), outer.getLast());
    }

    /** Whether values of several parts are reduced over few elements: joining lanes takes longer then. */
    private boolean areShort() {
        return passes().anyMatch(loop -> LoopNest.extent(loop, FEW) < FEW && reducesParts(loop));
    }

    /** Whether one vector at a time is enough to do. */
    private static boolean isLong(Stmt.For loop) {
        return LongFunctions.in(loop.body()) || reducesParts(loop);
    }

    private static boolean reducesParts(Stmt.For loop) {
        boolean[] found = {false};
        loop.body()
                .walk(part -> found[0] |= part instanceof Stmt.ReduceInto reduce
                        && !reduce.reduction().isPlain());
        return found[0];
    }

    private List<Candidate> along() {
        List<Step> order = order();
        if (!isLegal(order)) {
            return parallel("rows", List.of());
        }
        List<Candidate> schedules = new ArrayList<>();
        if (lanes > 1) {
            schedules.add(new Candidate("rows in lanes", new Schedule(concat(parallelRows(nest), vectors()))));
        }
        schedules.addAll(parallel("partial results", order));
        schedules.add(new Candidate("partial results alone", new Schedule(order)));
        return schedules;
    }

    /** Rows in parallel, and {@code steps} in a row. */
    private List<Candidate> parallel(String name, List<Step> steps) {
        List<Candidate> schedules = new ArrayList<>();
        schedules.add(new Candidate(name + ", fused", new Schedule(concat(parallelRows(nest), steps))));
        if (!nest.outer().isEmpty()) {
            schedules.add(new Candidate(
                    name,
                    new Schedule(
                            concat(TraversalSchedules.outermostParallel(nest).steps(), steps))));
        }
        return schedules;
    }

    private boolean isLegal(List<Step> steps) {
        try {
            Scheduler.apply(kernel, new Schedule(steps), target);
            return true;
        } catch (ScheduleRefusal refused) {
            return false;
        }
    }

    /** The loops over elements of a row; those over its pieces keep their order. */
    private Stream<Stmt.For> passes() {
        return nest.inner().stream().filter(loop -> !nest.roles().is(loop, AxisRole.STEP));
    }

    private Stmt.For firstPass() {
        Stmt.For last = passes().findFirst().orElseThrow();
        while (last.body() instanceof Stmt.For inner) {
            last = inner;
        }
        return last;
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

    /** The partial results of each pass that reduces. */
    private List<Step> order() {
        List<Step> steps = new ArrayList<>();
        for (Stmt.For loop : innermostLoops()) {
            if (reduces(loop)) {
                steps.addAll(partials(loop));
            }
        }
        return steps;
    }

    /** The innermost loop of each pass: split into vectors of partial results if it reduces, else into vectors. */
    private List<Step> vectors() {
        List<Step> steps = new ArrayList<>();
        for (Stmt.For loop : innermostLoops()) {
            String name = loop.variable();
            boolean reduces = reduces(loop);
            boolean hasTail = !isLong(loop) || !reduces && target.budget().longFunctions() > 1;
            if (reduces) {
                steps.addAll(partials(loop));
            } else if (hasTail) {
                steps.add(new Step.Split(name, lanes, Tail.PEEL));
                steps.add(new Step.Split(name + ".t", lanes, Tail.MASK));
            } else {
                steps.add(new Step.Split(name, lanes, Tail.MASK));
            }
            steps.addAll(bound(name));
            if (hasTail) {
                steps.addAll(bound(name + ".t"));
            }
        }
        return steps;
    }

    private List<Stmt.For> innermostLoops() {
        return passes().filter(loop -> !(loop.body() instanceof Stmt.For)).toList();
    }

    /** Splits {@code loop} into partial results and has them joined as lanes. */
    private List<Step> partials(Stmt.For loop) {
        String name = loop.variable();
        if (isLong(loop)) {
            return List.of(new Step.SplitReduction(name, partials, Tail.MASK), new Step.Vectorise(name + ".c"));
        }
        return List.of(
                new Step.SplitReduction(name, partials * ACCUMULATORS, Tail.PEEL),
                new Step.SplitReduction(name + ".t", partials, Tail.MASK),
                new Step.Vectorise(name + ".c"),
                new Step.Vectorise(name + ".t.c"));
    }

    /** The lanes of a split loop, innermost, as vectors. */
    private static List<Step> bound(String name) {
        return List.of(new Step.Sink(name + ".i"), new Step.Vectorise(name + ".i"));
    }

    private static boolean reduces(Stmt.For loop) {
        boolean[] found = {false};
        loop.body().walk(part -> found[0] |= part instanceof Stmt.ReduceInto);
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
