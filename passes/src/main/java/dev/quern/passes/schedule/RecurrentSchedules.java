package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Schedules of recurrent layers: lanes over hidden units, each batch element's step a section. */
final class RecurrentSchedules {
    private RecurrentSchedules() {}

    static List<Schedule> of(LoopNest nest, Target target) {
        List<Stmt.For> units = Stream.concat(nest.outer("n").stream(), nest.inner("n").stream())
                .toList();
        List<Step> sections = new ArrayList<>();
        List<Step> lanes = new ArrayList<>();
        for (Stmt.For unit : units) {
            String name = unit.variable();
            lanes.add(new Step.Split(name, target.lanes(32), Tail.MASK));
            sections.add(new Step.Outline(name + ".o"));
            sections.add(new Step.Sink(name + ".i"));
            sections.add(new Step.Vectorise(name + ".i"));
        }
        lanes.addAll(sections);
        List<Step> whole = units.stream()
                .<Step>map(unit -> new Step.Outline(unit.variable()))
                .toList();
        return target.vectorBits() == 0
                ? List.of(new Schedule(whole))
                : List.of(new Schedule(lanes), new Schedule(whole));
    }
}
