package dev.quern.tune;

import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.cost.ScheduledCost;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Predicts what a schedule takes: the instructions that it comes to, or its loads, or the bytes that have to come from where they lie, whichever is more, shared by the threads that its outer loop feeds, and what it costs
 * to share them. A roofline with the waste at edges in it; what a compiler makes of a tile, and conflicts in caches, are not. Tells good from bad, not the best from the second.
 *
 * @param device what the machine does
 * @param threads that a run may use
 */
public record PredictedTime(DeviceRecord device, int threads) {
    private static final int FLOAT_BITS = 32;

    /** Nanoseconds of a run under {@code candidate}; empty if the scheduler does not take it. */
    public OptionalDouble nanos(TunedKernel kernel, Candidate candidate, Target target) {
        Kernel scheduled;
        try {
            scheduled = Scheduler.apply(kernel.step().kernel(), candidate.schedule(), target);
        } catch (ScheduleRefusal refused) {
            return OptionalDouble.empty();
        }
        int bits = target instanceof Target.Processor processor ? processor.vectorBits() : 0;
        long[] symbols =
                scheduled.symbols().stream().mapToLong(kernel.sizes()::get).toArray();
        ScheduledCost cost = ScheduledCost.of(scheduled, symbols, bits);
        return OptionalDouble.of(nanos(cost, kernel.cost(), parallelExtent(scheduled, kernel.sizes())));
    }

    private double nanos(ScheduledCost cost, KernelCost bytes, long extent) {
        // A multiply-add of a vector counts two for each lane.
        double instructionsPerNano = device.gigaflops() / 2 / Math.max(1, device.vectorBits() / FLOAT_BITS);
        double busy = Math.max(cost.instructions(), cost.loads()) / instructionsPerNano;
        double waiting = bytes.bytes() / device.bandwidth(bytes.bytes());
        double alone = Math.max(busy, waiting);
        long participants = Math.min(threads, extent);
        return participants < 2 ? alone : Math.min(alone, alone / participants + device.forkNanos());
    }

    private static long parallelExtent(Kernel scheduled, Map<String, Long> sizes) {
        long[] extent = {1};
        scheduled.body().walk(part -> {
            if (part instanceof Stmt.For loop
                    && loop.kind() == LoopKind.PARALLEL
                    && sizes.keySet().containsAll(loop.extent().symbols())) {
                extent[0] = Math.max(extent[0], loop.extent().evaluate(sizes::get));
            }
        });
        return extent[0];
    }
}
