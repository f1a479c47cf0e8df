package dev.quern.passes;

import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import dev.quern.passes.schedule.TunedSchedules;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives kernels of a compiled program the schedules that they would have if it were compiled once more, by what is known of them now. Nothing else of it depends on schedules, so that it need not be. */
public final class Retuning {
    private final TunedSchedules tuned;
    private final Target target;
    private final boolean deterministic;
    private final Map<Scheduling.Key, KernelForms> choices = Scheduling.noChoices();
    private int changed;

    private Retuning(TunedSchedules tuned, Target target, boolean deterministic) {
        this.tuned = tuned;
        this.target = target;
        this.deterministic = deterministic;
    }

    /**
     * A program by other schedules.
     *
     * @param program to be {@linkplain dev.quern.passes.program.PackedConstants packed} once more
     * @param kernels different ones that have other schedules than before
     */
    public record Retuned(Program program, int kernels) {}

    /**
     * {@code program}, its bodies included, by what {@code tuned} knows; kernels of which it knows nothing stay as they are.
     *
     * @param deterministic whether the order of reductions follows from the kernel alone
     */
    public static Retuned of(Program program, TunedSchedules tuned, Target target, boolean deterministic) {
        Retuning retuning = new Retuning(tuned, target, deterministic);
        Program by = retuning.program(program);
        return new Retuned(by, retuning.changed);
    }

    private Program program(Program program) {
        return program.withSteps(
                program.steps().stream().map(step -> step(program, step)).toList());
    }

    private ProgramStep step(Program program, ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunKernel kernel -> kernel(program, kernel);
            case ProgramStep.RunControl(var node, List<Program> bodies) ->
                new ProgramStep.RunControl(
                        node, bodies.stream().map(this::program).toList());
            case ProgramStep.RunHost host -> host;
            case ProgramStep.CheckIndices check -> check;
        };
    }

    private ProgramStep.RunKernel kernel(Program program, ProgramStep.RunKernel step) {
        Set<String> constants = program.constantParameters(step);
        if (tuned.of(step.kernel(), constants).isEmpty()) {
            return step;
        }
        KernelForms forms = choices.computeIfAbsent(new Scheduling.Key(step.kernel(), constants), key -> {
            KernelForms chosen = DefaultSchedules.of(key.kernel(), key.constants(), target, deterministic, tuned);
            boolean isSame = schedules(chosen).equals(schedules(step.forms()));
            changed += isSame ? 0 : 1;
            return isSame ? step.forms() : chosen;
        });
        return new ProgramStep.RunKernel(
                step.kernel(), forms, step.arguments(), step.inPlace(), step.work(), step.origin());
    }

    private static List<Schedule> schedules(KernelForms forms) {
        return forms.forms().stream().map(KernelForms.Form::schedule).toList();
    }
}
