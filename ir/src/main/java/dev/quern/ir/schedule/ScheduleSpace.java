package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import java.util.List;

/**
 * The schedules that a kernel may have on a target: a list that can be counted, in a stated order. The default is a choice out of it, and
 * so is whatever a search finds. Where the order of reductions is pinned, all of them give the same bits.
 */
public interface ScheduleSpace {
    /** What kernels it is for, such as {@code tiles}. */
    String name();

    /** All of them, each with a name of its own. */
    List<Candidate> candidates();

    /** The ranges of sizes that are worth a form of their own, in the order in which they are asked; the last has all sizes. */
    List<SizeRange> ranges();

    /**
     * A range of sizes.
     *
     * @param when expressions over the kernel's symbols that are not negative there
     * @param preferred candidates, the one taken to be best first; the first that is legal is the default
     */
    record SizeRange(List<Dim> when, List<Candidate> preferred) {
        public SizeRange {
            when = List.copyOf(when);
            preferred = List.copyOf(preferred);
        }
    }
}
