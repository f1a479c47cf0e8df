package dev.quern.passes.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Scheduler;
import java.lang.System.Logger.Level;
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
            return RecurrentSchedules.of(kernel, nest, constants, target);
        }
        LoopNest tiled = LoopNest.throughBindings(kernel);
        if (!tiled.outer(AxisRole.COLUMN, AxisRole.CHANNEL).isEmpty()) {
            return new TileSchedules(kernel, tiled, constants, target);
        }
        if (StagedProductSchedules.fits(nest)) {
            return StagedProductSchedules.of(kernel, nest, constants, target);
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
        return of(kernel, constants, target, pinned, TunedSchedules.NONE);
    }

    /** The same, save that what {@code tuned} found to be faster in a range of sizes is taken there, if it is legal. */
    public static KernelForms of(
            Kernel kernel, Set<String> constants, Target target, boolean pinned, TunedSchedules tuned) {
        ScheduleSpace space = space(kernel, constants, target, pinned);
        List<ScheduleSpace.SizeRange> ranges = space.ranges();
        int last = ranges.size() - 1;
        KernelForms.Form usual = first(kernel, ranges.getLast(), target, Optional.empty(), form -> true)
                .orElseGet(() -> new KernelForms.Form(Schedule.NONE, Scheduler.apply(kernel, Schedule.NONE, target)));
        List<TunedSchedules.SizedTimes> times = tuned.of(kernel, constants);
        Optional<TunedRanking> found =
                times.isEmpty() ? Optional.empty() : Optional.of(new TunedRanking(kernel.name(), space, times));
        if (found.isPresent()) {
            for (Candidate better : found.get().betterThan(usual.schedule(), ranges, last)) {
                Optional<KernelForms.Form> form = form(kernel, better, List.of(), target, Level.INFO);
                if (form.isPresent()) {
                    usual = form.get();
                    ranges = space.ranges(better);
                    break;
                }
            }
        }
        List<KernelForms.Form> forms = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            inRange(kernel, ranges, i, target, usual, found).ifPresent(forms::add);
        }
        forms.add(usual);
        return new KernelForms(forms);
    }

    /** The form of one range of sizes; empty if it is no other than {@code usual}. */
    private static Optional<KernelForms.Form> inRange(
            Kernel kernel,
            List<ScheduleSpace.SizeRange> ranges,
            int range,
            Target target,
            KernelForms.Form usual,
            Optional<TunedRanking> found) {
        Predicate<KernelForms.Form> isAlike = form -> KernelForms.isAlike(form.scheduled(), usual.scheduled());
        Optional<KernelForms.Form> untuned = first(kernel, ranges.get(range), target, Optional.of(usual), isAlike);
        Schedule now = untuned.orElse(usual).schedule();
        return found.map(ranking -> ranking.betterThan(now, ranges, range)).orElse(List.of()).stream()
                .map(better -> form(kernel, better, ranges.get(range).when(), target, Level.INFO))
                .flatMap(Optional::stream)
                .filter(isAlike)
                .findFirst()
                .or(() -> untuned)
                .filter(form -> !form.schedule().steps().equals(usual.schedule().steps()));
    }

    /** The first form that is legal and {@code fits}; that which is {@code known}, and does, is not made again. */
    private static Optional<KernelForms.Form> first(
            Kernel kernel,
            ScheduleSpace.SizeRange range,
            Target target,
            Optional<KernelForms.Form> known,
            Predicate<KernelForms.Form> fits) {
        for (Candidate candidate : range.preferred()) {
            if (known.isPresent()
                    && candidate
                            .schedule()
                            .steps()
                            .equals(known.get().schedule().steps())) {
                return known;
            }
            Optional<KernelForms.Form> form = form(kernel, candidate, range.when(), target, Level.DEBUG);
            if (form.filter(fits).isPresent()) {
                return form;
            }
        }
        return Optional.empty();
    }

    /** The kernel under {@code candidate}; empty if the scheduler does not take it. */
    private static Optional<KernelForms.Form> form(
            Kernel kernel, Candidate candidate, List<Dim> when, Target target, Level level) {
        Schedule schedule = candidate.schedule().where(when);
        try {
            return Optional.of(new KernelForms.Form(schedule, Scheduler.apply(kernel, schedule, target)));
        } catch (ScheduleRefusal refused) {
            System.getLogger(DefaultSchedules.class.getName())
                    .log(level, "{0}: {1}: {2}", kernel.name(), candidate.name(), refused.getMessage());
            return Optional.empty();
        }
    }
}
