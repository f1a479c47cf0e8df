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

    static ScheduleSpace of(LoopNest nest, Target.Processor target) {
        if (nest.outer().isEmpty()) {
            return new ListedSchedules("recurrent", List.of());
        }
        List<Step> batches = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        String batch = nest.outer().getFirst().variable();
        batches.add(new Step.Bind(batch, LoopKind.PARALLEL));
        steps.addAll(batches);
        nest.inner(AxisRole.STEP).forEach(step -> steps.add(new Step.Outline(step.variable())));
        List<Step> lanes = new ArrayList<>(steps);
        for (Stmt.For unit : nest.inner(AxisRole.UNIT)) {
            String name = unit.variable();
            lanes.add(new Step.Split(name, target.lanes(32), Tail.MASK));
            lanes.add(new Step.Sink(name + ".i"));
            lanes.add(new Step.Vectorise(name + ".i"));
        }
        List<Candidate> candidates = new ArrayList<>();
        if (target.vectorBits() > 0) {
            candidates.add(new Candidate("units in lanes", new Schedule(lanes)));
        }
        candidates.add(new Candidate("steps in sections", new Schedule(steps)));
        candidates.add(new Candidate("batches in parallel", new Schedule(batches)));
        return new ListedSchedules("recurrent", candidates);
    }
}
