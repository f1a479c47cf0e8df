package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Chooses how a kernel is run from the {@linkplain dev.quern.ir.kernel.Roles roles} of its loops, their extents and the target; no kernel is run to find out.
 * These say which space of schedules is the kernel's; the first that the scheduler accepts is taken, and every kernel can be run as it is.
 */
public final class DefaultSchedules {
    private DefaultSchedules() {}

    /**
     * The schedules that a kernel may have.
     *
     * @param kernel an unscheduled kernel
     * @param constants names of the parameters that are constants, which may be packed
     * @param target what it is to run on
     * @param pinned whether the order of reductions is to be the same for every target
     */
    public static ScheduleSpace space(Kernel kernel, Set<String> constants, Target target, boolean pinned) {
        return switch (target) {
            case Target.Processor host -> onHost(kernel, constants, host, pinned);
            case Target.Grid grid -> new GridSpace(kernel, grid);
        };
    }

    private static ScheduleSpace onHost(Kernel kernel, Set<String> constants, Target.Processor target, boolean pinned) {
        LoopNest nest = LoopNest.of(kernel);
        if (kernel.roles().has(AxisRole.UNIT)) {
            return RecurrentSchedules.of(nest, target);
        }
        LoopNest tiled = LoopNest.throughBindings(kernel);
        if (!tiled.outer(AxisRole.COLUMN, AxisRole.CHANNEL).isEmpty()) {
            return new TileSchedules(kernel, tiled, constants, target);
        }
        return kernel.roles().has(AxisRole.REDUCED)
                ? RowSchedules.of(kernel, nest, target, pinned)
                : TraversalSchedules.of(kernel, nest, target);
    }

    /**
     * The default: for each range of sizes, the first candidate that is legal and takes the parameters that the form for all sizes takes.
     * Ranges for which that is the same as for all have no form.
     */
    public static KernelForms of(Kernel kernel, Set<String> constants, Target target, boolean pinned) {
        List<ScheduleSpace.SizeRange> ranges =
                space(kernel, constants, target, pinned).ranges();
        KernelForms.Form usual = first(kernel, ranges.getLast(), target, form -> true)
                .orElseGet(() -> new KernelForms.Form(Schedule.NONE, Scheduler.apply(kernel, Schedule.NONE, target)));
        List<KernelForms.Form> forms = new ArrayList<>();
        for (ScheduleSpace.SizeRange range : ranges.subList(0, ranges.size() - 1)) {
            first(kernel, range, target, form -> KernelForms.isAlike(form.scheduled(), usual.scheduled()))
                    .filter(form ->
                            !form.schedule().steps().equals(usual.schedule().steps()))
                    .ifPresent(forms::add);
        }
        forms.add(usual);
        return new KernelForms(forms);
    }

    private static Optional<KernelForms.Form> first(
            Kernel kernel, ScheduleSpace.SizeRange range, Target target, Predicate<KernelForms.Form> fits) {
        for (Candidate candidate : range.preferred()) {
            try {
                Schedule schedule = candidate.schedule().where(range.when());
                KernelForms.Form form = new KernelForms.Form(schedule, Scheduler.apply(kernel, schedule, target));
                if (fits.test(form)) {
                    return Optional.of(form);
                }
            } catch (ScheduleRefusal refused) {
                System.getLogger(DefaultSchedules.class.getName())
                        .log(System.Logger.Level.DEBUG, "{0}: {1}", kernel.name(), refused.getMessage());
            }
        }
        return Optional.empty();
    }
}
