package dev.quern.passes.schedule;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleSpace;
import java.util.List;

/**
 * A space whose order is that of preference, for all sizes.
 *
 * @param name what kernels it is for
 * @param candidates the best first
 */
record ListedSchedules(String name, List<Candidate> candidates) implements ScheduleSpace {
    ListedSchedules {
        candidates = List.copyOf(candidates);
    }

    @Override
    public List<SizeRange> ranges() {
        return List.of(new SizeRange(List.of(), candidates));
    }
}
