package dev.quern.passes.schedule;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Pruning;
import dev.quern.ir.schedule.ScheduleSpace;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A space whose order is that of preference, for all sizes.
 *
 * @param name what kernels it is for
 * @param knobs its points, the best first
 * @param keepsBits whether a point of the cross product gives the bits that all must give; what rules leave does
 * @param candidate the schedule of a point
 * @param <P> a choice of a value for each knob
 */
record ListedSchedules<P>(String name, KnobSpace<P> knobs, Predicate<P> keepsBits, Function<P, Candidate> candidate)
        implements ScheduleSpace {
    /** One of whose points all give the same bits. */
    ListedSchedules(String name, KnobSpace<P> knobs, Function<P, Candidate> candidate) {
        this(name, knobs, point -> true, candidate);
    }

    @Override
    public List<Candidate> candidates() {
        return knobs.left().stream().map(candidate).toList();
    }

    @Override
    public List<Candidate> unpruned() {
        return knobs.all().stream().filter(keepsBits).map(candidate).toList();
    }

    @Override
    public Pruning pruning() {
        return knobs.pruning();
    }

    @Override
    public List<SizeRange> ranges() {
        return List.of(new SizeRange(List.of(), candidates()));
    }
}
