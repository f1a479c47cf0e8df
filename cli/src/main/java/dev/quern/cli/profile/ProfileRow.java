package dev.quern.cli.profile;

import dev.quern.ir.cost.KernelCost;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Steps of a run that are alike: one kernel at the same sizes, or host work of one kind.
 *
 * @param name the kernel, or the kind of step
 * @param template what the kernel was made from; empty for other steps
 * @param origin the node or nodes of the first such step
 * @param steps how many there are in a run
 * @param milliseconds what they take of a run, all together
 * @param share of the run
 * @param work what a kernel's steps do; empty for other steps
 */
public record ProfileRow(
        String name,
        String template,
        String origin,
        int steps,
        double milliseconds,
        double share,
        Optional<RowWork> work) {
    /**
     * What the steps of a kernel do.
     *
     * @param cost of one step
     * @param gigaflops operations per nanosecond
     * @param gigabytes bytes per nanosecond
     * @param roofline the share of what the machine could do; empty for a kernel on a device with memory of its own
     * @param extent iterations of the parallel loop
     * @param participants threads
     * @param tiers what HotSpot has made of it
     */
    public record RowWork(
            KernelCost cost,
            double gigaflops,
            double gigabytes,
            OptionalDouble roofline,
            long extent,
            int participants,
            KernelTiers tiers) {}
}
