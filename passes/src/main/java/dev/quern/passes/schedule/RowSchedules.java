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
    static final int ACCUMULATORS = 4;

    /** Elements of a row that are not worth lanes of several parts each. */
    private static final int FEW = 64;

    private final Kernel kernel;
    private final LoopNest nest;
    private final Target.Processor target;
    private final long lanes;
    private final long partials;
    private final boolean pinned;

    private RowSchedules(Kernel kernel, LoopNest nest, Target.Processor target, boolean pinned) {
        this.kernel = kernel;
        this.nest = nest;
        this.target = target;
        this.lanes = LaneCount.of(kernel, target);
        this.pinned = pinned;
        this.partials = pinned || lanes == 1 ? LaneCount.widest(kernel) : lanes;
    }

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Target.Processor target, boolean pinned) {
        RowSchedules rows = new RowSchedules(kernel, nest, target, pinned);
        boolean inOrder = rows.areAcross() || rows.areShort() || !rows.isLegal(rows.order(ACCUMULATORS));
        return rows.space(inOrder);
    }

    /** Schedules that leave the order of reductions as the kernel has it. */
    static ScheduleSpace inOrder(Kernel kernel, LoopNest nest, Target.Processor target) {
        return new RowSchedules(kernel, nest, target, true).space(true);
    }

    private ScheduleSpace space(boolean inOrder) {
        return new ListedSchedules<>(
                "rows", knobs(inOrder), point -> !pinned || hasOrder(point, inOrder), this::candidate);
    }

    /** Whether it reduces in the order that the kernel's schedules have where bits are pinned. */
    private static boolean hasOrder(RowPoint point, boolean inOrder) {
        return inOrder
                ? point.order() == RowPoint.RowOrder.KERNEL && point.lanes() != RowPoint.RowLanes.ALONG
                : point.order() == RowPoint.RowOrder.PARTIAL && point.accumulators() == ACCUMULATORS;
    }

    private KnobSpace<RowPoint> knobs(boolean inOrder) {
        boolean across = areAcross();
        return new KnobSpace<>(
                List.of(
                        "rows: one parallel loop of sections, the outermost axis parallel, one thread",
                        "order: partial results, the kernel's",
                        "lanes: along rows, across rows, none",
                        "accumulators: 4, 1, 2, 8"),
                points(),
                List.of(
                        new PointRule<>(
                                "order",
                                inOrder
                                        ? "partial results are not what this reduction may have, or gains by"
                                        : "an addition waits for the one before it, unless there are partial results",
                                point -> (point.order() == RowPoint.RowOrder.KERNEL) == inOrder),
                        new PointRule<>(
                                "accumulators",
                                "4 vectors hide the latency of an addition; where bits are pinned, the number is the kernel's",
                                point -> point.accumulators() == ACCUMULATORS),
                        new PointRule<>(
                                "neighbours",
                                "lanes are elements that lie side by side: of a row, or else of neighbouring rows",
                                point -> switch (point.lanes()) {
                                    case NONE -> true;
                                    case ALONG -> !inOrder;
                                    case ACROSS -> inOrder && across;
                                }),
                        new PointRule<>(
                                "sections",
                                "vectors outside a section of their own are entered by on-stack replacement, which boxes them",
                                point -> point.lanes() == RowPoint.RowLanes.NONE
                                        || point.rows() == RowPoint.SharedRows.FUSED),
                        new PointRule<>(
                                "threads",
                                "rows share nothing, so that threads cost nothing, unless a row is all there is",
                                point -> point.rows() != RowPoint.SharedRows.ALONE || !inOrder)));
    }

    private List<RowPoint> points() {
        boolean hasRows = !nest.outer().isEmpty();
        List<RowPoint> points = new ArrayList<>();
        for (RowPoint.RowLanes across :
                List.of(RowPoint.RowLanes.ALONG, RowPoint.RowLanes.ACROSS, RowPoint.RowLanes.NONE)) {
            for (RowPoint.SharedRows shared : RowPoint.SharedRows.values()) {
                for (RowPoint.RowOrder order : List.of(RowPoint.RowOrder.PARTIAL, RowPoint.RowOrder.KERNEL)) {
                    for (int accumulators : List.of(ACCUMULATORS, 1, 2, 8)) {
                        boolean exists = (lanes > 1 || across == RowPoint.RowLanes.NONE)
                                && (hasRows
                                        || shared != RowPoint.SharedRows.OUTERMOST
                                                && across != RowPoint.RowLanes.ACROSS);
                        if (exists) {
                            points.add(new RowPoint(shared, order, across, accumulators));
                        }
                    }
                }
            }
        }
        return points;
    }

    private Candidate candidate(RowPoint point) {
        List<Step> steps = new ArrayList<>(
                switch (point.rows()) {
                    case FUSED ->
                        point.lanes() == RowPoint.RowLanes.ACROSS ? acrossRows(nest, lanes) : parallelRows(nest);
                    case OUTERMOST -> TraversalSchedules.outermostParallel(nest).steps();
                    case ALONE -> List.of();
                });
        if (point.lanes() == RowPoint.RowLanes.ACROSS && point.rows() != RowPoint.SharedRows.FUSED) {
            steps.addAll(acrossLanes(nest, lanes));
        }
        boolean partial = point.order() == RowPoint.RowOrder.PARTIAL;
        steps.addAll(
                point.lanes() == RowPoint.RowLanes.ALONG
                        ? vectors(partial, point.accumulators())
                        : partial ? order(point.accumulators()) : List.of());
        return new Candidate(point.label(), new Schedule(steps));
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
        String parallel = FusedLoops.of(LoopNest.names(nest.outer()), steps);
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        steps.add(new Step.Outline(parallel));
        return steps;
    }

    /** The partial results of each pass that reduces. */
    private List<Step> order(int accumulators) {
        List<Step> steps = new ArrayList<>();
        for (Stmt.For loop : innermostLoops()) {
            if (reduces(loop)) {
                steps.addAll(partials(loop, accumulators));
            }
        }
        return steps;
    }

    /** The innermost loop of each pass: split into vectors of partial results if it reduces, else into vectors. */
    private List<Step> vectors(boolean partial, int accumulators) {
        List<Step> steps = new ArrayList<>();
        for (Stmt.For loop : innermostLoops()) {
            String name = loop.variable();
            boolean reduces = partial && reduces(loop);
            boolean hasTail = !isLong(loop) || !reduces && target.budget().longFunctions() > 1;
            if (reduces) {
                steps.addAll(partials(loop, accumulators));
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
    private List<Step> partials(Stmt.For loop, int accumulators) {
        String name = loop.variable();
        if (isLong(loop)) {
            return List.of(new Step.SplitReduction(name, partials, Tail.MASK), new Step.Vectorise(name + ".c"));
        }
        return List.of(
                new Step.SplitReduction(name, partials * accumulators, Tail.PEEL),
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

    /** Lanes over neighbouring rows, which no loop is fused with. */
    private static List<Step> acrossLanes(LoopNest nest, long lanes) {
        String last = nest.outer().getLast().variable();
        return List.of(
                new Step.Split(last, lanes, Tail.MASK), new Step.Sink(last + ".i"), new Step.Vectorise(last + ".i"));
    }

    private static List<Step> acrossRows(LoopNest nest, long lanes) {
        String last = nest.outer().getLast().variable();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Split(last, lanes, Tail.MASK));
        List<String> loops = new ArrayList<>(LoopNest.names(nest.outer()));
        loops.set(loops.size() - 1, last + ".o");
        String parallel = FusedLoops.of(loops, steps);
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        steps.add(new Step.Outline(parallel));
        steps.add(new Step.Sink(last + ".i"));
        steps.add(new Step.Vectorise(last + ".i"));
        return steps;
    }
}
