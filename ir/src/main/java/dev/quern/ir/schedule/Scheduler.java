package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Roles;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Applies schedules to kernels. The result computes what the kernel computed, up to the order of reductions; whether a
 * step may be applied follows from the elements that statements read and write, never from the kernel's template.
 */
public final class Scheduler {
    private Scheduler() {}

    /**
     * The kernel that {@code schedule} makes of {@code kernel}, without roles, which are for choosing a schedule.
     *
     * @throws ScheduleRefusal if a step cannot be applied, or the condition depends on what is no symbol of the kernel
     */
    public static Kernel apply(Kernel kernel, Schedule schedule, Target target) {
        return trace(kernel, schedule, target).getLast();
    }

    /**
     * The kernel as given and after each step. In the kernels before the last, loops of one iteration are kept for later
     * steps to name; the last is what {@link #apply} gives, in which indices that it has in common are bound.
     *
     * @throws ScheduleRefusal if a step cannot be applied, or the condition depends on what is no symbol of the kernel
     */
    public static List<Kernel> trace(Kernel kernel, Schedule schedule, Target target) {
        for (Dim condition : schedule.when()) {
            for (String used : condition.symbols()) {
                if (!kernel.symbols().contains(used)) {
                    throw new ScheduleRefusal(
                            "its condition depends on " + used + "; the kernel's symbols are " + kernel.symbols());
                }
            }
        }
        List<Kernel> stages = new ArrayList<>();
        stages.add(kernel);
        Set<String> known = new LinkedHashSet<>();
        LoopNames.of(kernel).loops().forEach(loop -> known.add(LoopNames.base(loop)));
        DimRanges ranges = DimRanges.remembering();
        Kernel current = Simplify.simplify(kernel.with(Roles.NONE), ranges);
        for (Step step : schedule.steps()) {
            current = step(current, step, target, known, ranges);
            stages.add(current);
        }
        Kernel finished = Simplify.finish(current, ranges);
        WholeSections.requireIn(finished);
        stages.set(stages.size() - 1, BindIndices.bind(finished));
        return List.copyOf(stages);
    }

    /** The kernel after one step; {@code known} gains the loops that the schedule may name from now on. */
    static Kernel step(Kernel kernel, Step step, Target target, Set<String> known, DimRanges ranges) {
        LoopNames names = LoopNames.of(kernel);
        names.loops().forEach(loop -> known.add(LoopNames.base(loop)));
        Kernel changed = change(new Application(kernel, step, target, names, Set.copyOf(known), ranges));
        known.removeAll(consumed(step));
        known.addAll(made(step));
        return changesIndices(step) ? Simplify.simplify(changed, ranges) : changed;
    }

    /** Whether the step may leave indices, extents or guards that are not in their simplest form and that later steps reason about. */
    private static boolean changesIndices(Step step) {
        return switch (step) {
            case Step.Split split -> true;
            case Step.SplitReduction split -> true;
            case Step.Fuse fuse -> true;
            case Step.Stage stage -> true;
            case Step.StageInput stage -> true;
            case Step.Hold hold -> true;
            case Step.Assume assume -> true;
            case Step other -> false;
        };
    }

    private static Kernel change(Application application) {
        return switch (application.step()) {
            case Step.Split split -> SplitLoop.apply(split, application);
            case Step.Reorder reorder -> ReorderLoops.apply(reorder, application);
            case Step.Fuse fuse -> FuseLoops.apply(fuse, application);
            case Step.Sink sink -> SinkLoop.apply(sink, application);
            case Step.Spill spill -> SpillLoop.apply(spill, application);
            case Step.Bind bind -> BindLoop.apply(bind, application);
            case Step.Vectorise vectorise -> VectoriseLoop.apply(vectorise, application);
            case Step.Unroll unroll -> UnrollLoop.apply(unroll, application);
            case Step.SplitReduction split -> SplitReductionLoop.apply(split, application);
            case Step.Stage stage -> StageBuffer.apply(stage, application);
            case Step.StageInput stage -> StageReductionInput.apply(stage, application);
            case Step.Hold hold -> HoldBuffer.apply(hold, application);
            case Step.Overrun overrun -> OverrunGuards.apply(overrun, application);
            case Step.Pack pack -> PackBuffer.apply(pack, application);
            case Step.Pipeline pipeline -> PipelineLoop.apply(pipeline, application);
            case Step.Tensorise tensorise -> TensoriseLoop.apply(tensorise, application);
            case Step.Outline outline -> OutlineLoop.apply(outline, application);
            case Step.Assume assume -> AssumeSymbol.apply(assume, application);
        };
    }

    /** Base names of the loops that a step makes, whether they have iterations or not. */
    private static List<String> made(Step step) {
        return switch (step) {
            case Step.Split split -> parts(split.loop(), "o", "i", "t");
            case Step.SplitReduction split -> parts(split.loop(), "o", "i", "t", "c");
            case Step.Fuse fuse -> List.of(LoopNames.base(fuse.name()));
            case Step.Spill spill -> parts(spill.loop(), "e", "e0", "e1");
            case Step other -> List.of();
        };
    }

    /** Base names of the loops that a step puts others in the place of. */
    private static List<String> consumed(Step step) {
        return switch (step) {
            case Step.Split split -> parts(split.loop(), "");
            case Step.SplitReduction split -> parts(split.loop(), "");
            case Step.Fuse fuse -> List.of(LoopNames.base(fuse.outer()), LoopNames.base(fuse.inner()));
            case Step.Unroll unroll -> parts(unroll.loop(), "");
            case Step other -> List.of();
        };
    }

    private static List<String> parts(String loop, String... suffixes) {
        return List.of(suffixes).stream()
                .map(suffix -> LoopNames.base(loop) + (suffix.isEmpty() ? "" : "." + suffix))
                .toList();
    }
}
