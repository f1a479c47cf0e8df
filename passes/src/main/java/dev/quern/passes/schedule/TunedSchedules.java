package dev.quern.passes.schedule;

import dev.quern.ir.kernel.Kernel;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was found of kernels' schedules by timing them on the device that is compiled for. It is asked before the default is taken, and only chooses among the schedules of a kernel's space. */
@FunctionalInterface
public interface TunedSchedules {
    /** A schedule is taken in place of another if that takes so many times as long; less is noise. */
    double WORTH = 1.03;

    /** Nothing is known of any kernel. */
    TunedSchedules NONE = (kernel, constants) -> List.of();

    /**
     * What is known of a kernel: of each session by itself, the last first.
     *
     * @param kernel before it is scheduled
     * @param constants names of its parameters that are constants
     */
    List<SizedTimes> of(Kernel kernel, Set<String> constants);

    /**
     * Times of schedules at one set of sizes, taken in one session, so that they may be held against each other.
     *
     * @param sizes values of the kernel's symbols
     * @param nanos of a run, by the text of the schedule
     */
    record SizedTimes(Map<String, Long> sizes, Map<String, Double> nanos) {
        public SizedTimes {
            sizes = Map.copyOf(sizes);
            nanos = Map.copyOf(nanos);
        }
    }
}
