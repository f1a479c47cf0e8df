package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import java.util.List;
import java.util.Set;

/**
 * Chooses how a kernel is run from the {@linkplain dev.quern.ir.kernel.Roles roles} of its loops, their extents and the target; no kernel is run to find out.
 * Schedules are listed from the best on; the first that the scheduler accepts is taken, and every kernel can be run as it is.
 */
public final class DefaultSchedules {
    private DefaultSchedules() {}

    /** A schedule and the kernel it makes. */
    public record Choice(Schedule schedule, Kernel scheduled) {}

    /**
     * The default schedule.
     *
     * @param kernel an unscheduled kernel
     * @param constants names of the parameters that are constants, which may be packed
     * @param target what it is to run on
     * @param pinned whether the order of reductions is to be the same for every target
     */
    public static Choice of(Kernel kernel, Set<String> constants, Target target, boolean pinned) {
        for (Schedule candidate : candidates(kernel, constants, target, pinned)) {
            try {
                return new Choice(candidate, Scheduler.apply(kernel, candidate, target));
            } catch (ScheduleRefusal refused) {
                System.getLogger(DefaultSchedules.class.getName())
                        .log(System.Logger.Level.DEBUG, "{0}: {1}", kernel.name(), refused.getMessage());
            }
        }
        return new Choice(Schedule.NONE, Scheduler.apply(kernel, Schedule.NONE, target));
    }

    private static List<Schedule> candidates(Kernel kernel, Set<String> constants, Target target, boolean pinned) {
        return switch (target) {
            case Target.Host host -> onHost(kernel, constants, host, pinned);
            case Target.Grid grid -> GridSchedules.of(kernel, grid);
        };
    }

    private static List<Schedule> onHost(Kernel kernel, Set<String> constants, Target.Host target, boolean pinned) {
        LoopNest nest = LoopNest.of(kernel);
        if (kernel.roles().has(AxisRole.UNIT)) {
            return RecurrentSchedules.of(nest, target);
        }
        if (!nest.outer(AxisRole.COLUMN, AxisRole.CHANNEL).isEmpty()) {
            return TileSchedules.of(kernel, nest, constants, target, pinned);
        }
        return kernel.roles().has(AxisRole.REDUCED)
                ? RowSchedules.of(kernel, nest, target, pinned)
                : TraversalSchedules.of(kernel, nest, target);
    }
}
