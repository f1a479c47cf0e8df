package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** All candidates, one after the other; those predicted to be best first, so that it may end early. */
public final class GridSearch implements ScheduleSearch {
    private final Iterator<Candidate> left;

    /** Through {@code candidates} in their order. */
    public GridSearch(List<Candidate> candidates) {
        this.left = List.copyOf(candidates).iterator();
    }

    @Override
    public Optional<Candidate> next() {
        return left.hasNext() ? Optional.of(left.next()) : Optional.empty();
    }
}
