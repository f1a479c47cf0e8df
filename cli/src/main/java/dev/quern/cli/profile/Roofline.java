package dev.quern.cli.profile;

import dev.quern.cli.bench.Peaks;
import dev.quern.ir.cost.KernelCost;

/**
 * The least time that a kernel can take on this machine: that of its operations at the peak of multiply-adds, or that of its
 * bytes at the peak of summing memory, whichever is more.
 *
 * @param one the peaks of one thread
 * @param all the peaks of all threads of a run together
 */
public record Roofline(Peaks one, Peaks all) {
    /** Seconds; what lies in the caches may take less. */
    public double seconds(KernelCost cost, int participants) {
        Peaks peaks = participants == 1 ? one : all;
        // A vector has half as many elements of 64 bits.
        double lanes = cost.operations() + cost.wide();
        return Math.max(lanes / peaks.gigaflops() / 1e9, cost.bytes() / peaks.gigabytesPerSecond() / 1e9);
    }
}
