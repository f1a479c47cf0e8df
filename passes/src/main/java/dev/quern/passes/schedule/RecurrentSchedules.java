package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Schedules of recurrent layers: batch elements in parallel, lanes over hidden units, some vectors of them at once, each step in time a
 * section, the weights of these units' gates side by side where they are constant.
 */
final class RecurrentSchedules {
    /** Vectors of hidden units at once: each gate has that many sums, none of which waits for another. */
    private static final List<Integer> VECTORS = List.of(2, 1);

    private final LoopNest nest;
    private final Target.Processor target;
    private final int lanes;
    private final Optional<Buffer> weights;
    private final List<Stmt.For> units;
    private final Dim hidden;

    private RecurrentSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        this.nest = nest;
        this.target = target;
        this.lanes = target.lanes(32);
        this.weights = kernel.roles()
                .relaid()
                .filter(constants::contains)
                .map(kernel::parameter)
                .filter(operand ->
                        operand.dtype() == DType.F32 && operand.shape().rank() == 2);
        this.units = nest.inner(AxisRole.UNIT);
        this.hidden = units.isEmpty() ? Dim.ZERO : units.getFirst().extent();
    }

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        RecurrentSchedules schedules = new RecurrentSchedules(kernel, nest, constants, target);
        return new ListedSchedules<>("recurrent", schedules.knobs(), schedules::candidate);
    }

    /**
     * A choice.
     *
     * @param vectors of hidden units at once; 0 if they are not lanes
     * @param panels whether the weights of units that are computed at once lie side by side
     * @param sections whether a step in time is a section
     * @param batches whether batch elements are done in parallel
     */
    private record UnitPoint(int vectors, boolean panels, boolean sections, boolean batches) {
        String label() {
            String name = vectors > 0 ? "units in lanes" : sections ? "steps in sections" : "batches in parallel";
            return name
                    + (vectors > 1 ? " by " + vectors : "")
                    + (panels ? " on panels" : "")
                    + (vectors > 0 && !sections ? ", no sections" : "")
                    + (batches ? "" : ", one after the other");
        }
    }

    private Candidate candidate(UnitPoint point) {
        return new Candidate(point.label(), schedule(point));
    }

    private Schedule schedule(UnitPoint point) {
        List<Step> steps = new ArrayList<>();
        long width = (long) point.vectors() * lanes;
        if (point.panels()) {
            Buffer operand = weights.orElseThrow();
            steps.add(new Step.Pack(operand.name(), panels(operand, width)));
        }
        if (point.batches()) {
            steps.add(new Step.Bind(nest.outer().getFirst().variable(), LoopKind.PARALLEL));
        }
        if (point.sections()) {
            nest.inner(AxisRole.STEP).forEach(step -> steps.add(new Step.Outline(step.variable())));
        }
        if (point.vectors() > 0) {
            for (Stmt.For unit : units) {
                inLanes(unit.variable(), point.vectors(), steps);
            }
        }
        return new Schedule(steps);
    }

    private void inLanes(String unit, int vectors, List<Step> steps) {
        String lane = unit + ".i";
        steps.add(new Step.Split(unit, (long) vectors * lanes, Tail.MASK));
        if (vectors > 1) {
            steps.add(new Step.Split(unit + ".i", lanes, Tail.EXACT));
            lane = unit + ".i.i";
            steps.add(new Step.Sink(lane));
            steps.add(new Step.Sink(unit + ".i.o"));
            steps.add(new Step.Reorder(List.of(unit + ".i.o", lane)));
            steps.add(new Step.Vectorise(lane));
            steps.add(new Step.Unroll(unit + ".i.o"));
        } else {
            steps.add(new Step.Sink(lane));
            steps.add(new Step.Vectorise(lane));
        }
    }

    /** Weights in panels of {@code width} units: of one unit before, those of all gates, one gate after the other; then of the next. */
    private Layout panels(Buffer operand, long width) {
        Dim before = operand.shape().dim(0);
        Dim gates = operand.shape().dim(1).floorDiv(hidden);
        Dim row = gates.times(width);
        return new Layout(
                List.of(
                        List.of(new Layout.Mode(before, row)),
                        List.of(
                                new Layout.Mode(Dim.of(width), Dim.ONE),
                                new Layout.Mode(hidden.floorDiv(Dim.of(width)), before.times(row)),
                                new Layout.Mode(gates, Dim.of(width)))),
                Optional.empty());
    }

    private boolean inPanels(int vectors) {
        return vectors > 0
                && weights.isPresent()
                && hidden.isConstant()
                && hidden.mod(Dim.of((long) vectors * lanes)).is(0);
    }

    /** Whether there is a loop over a batch: one of a single element has none. */
    private boolean hasBatches() {
        return !nest.outer().isEmpty() && nest.roles().is(nest.outer().getFirst(), AxisRole.BATCH);
    }

    private KnobSpace<UnitPoint> knobs() {
        List<UnitPoint> points = new ArrayList<>();
        List<Integer> widths = new ArrayList<>(target.vectorBits() > 0 && !units.isEmpty() ? VECTORS : List.of());
        widths.add(0);
        for (int vectors : widths) {
            for (boolean panels : inPanels(vectors) ? List.of(true, false) : List.of(false)) {
                for (boolean sections : List.of(true, false)) {
                    for (boolean batches : hasBatches() ? List.of(true, false) : List.of(false)) {
                        points.add(new UnitPoint(vectors, panels, sections, batches));
                    }
                }
            }
        }
        return new KnobSpace<>(
                List.of(
                        "units: lanes of 2 vectors, of 1, one by one",
                        "weights: in panels, as they lie",
                        "steps: sections, in line",
                        "batches: parallel, in turn"),
                points,
                List.of(
                        new PointRule<>(
                                "threads",
                                "batch elements share nothing but weights, so that threads cost nothing where there are several",
                                point -> point.batches() || !hasBatches()),
                        new PointRule<>(
                                "masks",
                                "two vectors of which one is beyond the last unit are more work than one",
                                point -> point.vectors() < 2
                                        || hidden.mod(Dim.of((long) point.vectors() * lanes))
                                                .is(0)),
                        new PointRule<>(
                                "sections",
                                "a long loop around vectors is entered by on-stack replacement, which boxes them",
                                point -> point.sections() || point.vectors() == 0)));
    }
}
