package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/** Schedules of recurrent layers: batch elements in parallel, lanes over hidden units, each step in time a section. */
final class RecurrentSchedules {
    private RecurrentSchedules() {}

    /**
     * A choice.
     *
     * @param lanes whether hidden units are lanes
     * @param sections whether a step in time is a section
     * @param batches whether batch elements are done in parallel
     */
    private record UnitPoint(boolean lanes, boolean sections, boolean batches) {
        Candidate candidate(LoopNest nest, Target.Processor target) {
            String name = lanes ? "units in lanes" : sections ? "steps in sections" : "batches in parallel";
            String less = (lanes && !sections ? ", no sections" : "") + (batches ? "" : ", one after the other");
            return new Candidate(name + less, schedule(nest, target));
        }

        private Schedule schedule(LoopNest nest, Target.Processor target) {
            List<Step> steps = new ArrayList<>();
            if (batches) {
                steps.add(new Step.Bind(nest.outer().getFirst().variable(), LoopKind.PARALLEL));
            }
            if (sections) {
                nest.inner(AxisRole.STEP).forEach(step -> steps.add(new Step.Outline(step.variable())));
            }
            if (lanes) {
                for (Stmt.For unit : nest.inner(AxisRole.UNIT)) {
                    String name = unit.variable();
                    steps.add(new Step.Split(name, target.lanes(32), Tail.MASK));
                    steps.add(new Step.Sink(name + ".i"));
                    steps.add(new Step.Vectorise(name + ".i"));
                }
            }
            return new Schedule(steps);
        }
    }

    static ScheduleSpace of(LoopNest nest, Target.Processor target) {
        return new ListedSchedules<>("recurrent", knobs(nest, target), point -> point.candidate(nest, target));
    }

    private static KnobSpace<UnitPoint> knobs(LoopNest nest, Target.Processor target) {
        List<UnitPoint> points = new ArrayList<>();
        if (!nest.outer().isEmpty()) {
            List<Boolean> lanes = target.vectorBits() > 0 ? List.of(true, false) : List.of(false);
            for (boolean inLanes : lanes) {
                for (boolean sections : List.of(true, false)) {
                    for (boolean batches : List.of(true, false)) {
                        points.add(new UnitPoint(inLanes, sections, batches));
                    }
                }
            }
        }
        return new KnobSpace<>(
                List.of("units: lanes, one by one", "steps: sections, in line", "batches: parallel, in turn"),
                points,
                List.of(
                        new PointRule<>(
                                "threads",
                                "batch elements share nothing but weights, so that threads cost nothing where there are several",
                                UnitPoint::batches),
                        new PointRule<>(
                                "sections",
                                "a long loop around vectors is entered by on-stack replacement, which boxes them",
                                point -> point.sections() || !point.lanes())));
    }
}
