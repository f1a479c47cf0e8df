package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.Locale;

/**
 * What became of a candidate.
 *
 * @param candidate which
 * @param status how it ended
 * @param nanos of a run; NaN where none was timed
 * @param remark why it was not timed, or what was odd about it; empty if nothing
 */
public record TrialOutcome(Candidate candidate, TrialStatus status, double nanos, String remark) {
    /** How a trial ends. */
    public enum TrialStatus {
        /** It was timed. */
        MEASURED,
        /** The scheduler does not take the schedule for this kernel. */
        REFUSED,
        /** It does not compile, or does not run. */
        FAILED,
        /** Its code was not ready in time. */
        TIMED_OUT;

        /** As JSON has it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static TrialOutcome measured(Candidate candidate, double nanos, String remark) {
        return new TrialOutcome(candidate, TrialStatus.MEASURED, nanos, remark);
    }

    static TrialOutcome without(Candidate candidate, TrialStatus status, String remark) {
        return new TrialOutcome(candidate, status, Double.NaN, remark);
    }

    /** Whether there is a time. */
    public boolean isMeasured() {
        return status == TrialStatus.MEASURED;
    }
}
