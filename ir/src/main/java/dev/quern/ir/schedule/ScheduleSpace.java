package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** The same where not the default but {@code usual} is taken for all sizes: the others take parameters laid out as that has them. */
    default List<SizeRange> ranges(Candidate usual) {
        return ranges();
    }

    /** How the candidates are left of the cross product of the space's knobs. */
    default Pruning pruning() {
        return Pruning.none(candidates().size());
    }

    /**
     * The cross product itself, save what would reduce in another order where that is pinned; most of it is not worth trying, and some of it no schedule that a
     * {@link Scheduler} accepts.
     */
    default List<Candidate> unpruned() {
        return candidates();
    }

    /**
     * The candidates, the one predicted to be fastest first. The default for sizes that nothing is known of is the first that is legal.
     *
     * @param sizes values of the kernel's symbols; what is missing is taken for whatever is likely
     */
    default List<Candidate> ranked(Map<String, Long> sizes) {
        Set<Candidate> ranked = new LinkedHashSet<>(ranges().getLast().preferred());
        ranked.addAll(candidates());
        return new ArrayList<>(ranked);
    }

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
