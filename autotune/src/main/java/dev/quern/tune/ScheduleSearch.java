package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.Optional;

/** A way through a space of schedules. It knows candidates by their order and by what became of those tried, and no device. */
public interface ScheduleSearch {
    /** The candidate to try next; empty if there are no more that are worth it. */
    Optional<Candidate> next();

    /** Told of each outcome, some time after {@link #next} gave the candidate. */
    default void found(TrialOutcome outcome) {}
}
