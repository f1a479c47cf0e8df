package dev.quern.cli.profile;

import dev.quern.cli.bench.Peaks;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.cost.KernelCost;
import java.util.OptionalDouble;

/**
 * The least time that a kernel can take on this machine: that of its operations at the peak of multiply-adds, or that of its
 * bytes at the peak of summing memory, whichever is more.
 *
 * @param one the peaks of one thread
 * @param all the peaks of all threads of a run together
 */
public record Roofline(Peaks one, Peaks all) {
    /**
     * The share of it that a run of {@code executable} on {@code participants} threads has, which took {@code nanoseconds}; empty for kernels on a device
     * with memory of its own, whose peaks are others.
     */
    OptionalDouble share(Executable executable, KernelCost cost, int participants, double nanoseconds) {
        return switch (executable) {
            case HostExecutable _ -> OptionalDouble.of(seconds(cost, participants) * 1e9 / nanoseconds);
            case DeviceExecutable _ -> OptionalDouble.empty();
        };
    }

    /** Seconds; what lies in the caches may take less. */
    public double seconds(KernelCost cost, int participants) {
        Peaks peaks = participants == 1 ? one : all;
        // A vector has half as many elements of 64 bits.
        double lanes = cost.operations() + cost.wide();
        return Math.max(lanes / peaks.gigaflops() / 1e9, cost.bytes() / peaks.gigabytesPerSecond() / 1e9);
    }
}
