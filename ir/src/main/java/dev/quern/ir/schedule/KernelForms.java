package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The ways in which one kernel is run, each under the conditions of its schedule. All take equal parameters, laid out alike, and
 * symbols, so that which of them runs is decided when sizes are known, and nothing else depends on it.
 *
 * @param forms in the order in which their conditions are asked; the last has none
 */
public record KernelForms(List<Form> forms) {
    /**
     * One way.
     *
     * @param schedule how
     * @param scheduled the kernel that it makes; what back ends compile
     */
    public record Form(Schedule schedule, Kernel scheduled) {}

    public KernelForms {
        forms = List.copyOf(forms);
        if (forms.isEmpty()) {
            throw new IllegalArgumentException("a kernel without a form");
        }
        Kernel usual = forms.getLast().scheduled();
        if (!forms.getLast().schedule().conditions().isEmpty()) {
            throw new IllegalArgumentException("the last form of kernel " + usual.name() + " has a condition");
        }
        for (Form form : forms) {
            requireAlike(usual, form.scheduled());
        }
    }

    private static void requireAlike(Kernel usual, Kernel other) {
        if (!isAlike(usual, other)) {
            throw new IllegalArgumentException("forms of kernel " + usual.name() + " differ: " + other.symbols() + " "
                    + other.parameters() + ", expected " + usual.symbols() + " " + usual.parameters());
        }
    }

    /** Whether two scheduled kernels are called alike. */
    public static boolean isAlike(Kernel one, Kernel other) {
        return one.symbols().equals(other.symbols())
                && one.results() == other.results()
                && one.parameters().equals(other.parameters());
    }

    /** One form, for all sizes. */
    public static KernelForms of(Schedule schedule, Kernel scheduled) {
        return new KernelForms(List.of(new Form(schedule, scheduled)));
    }

    /**
     * What {@code schedules} make of {@code kernel}.
     *
     * @throws ScheduleRefusal if a step cannot be applied
     * @throws IllegalArgumentException if they want parameters laid out in different ways, or the last has a condition
     */
    public static KernelForms of(Kernel kernel, List<Schedule> schedules, Target target) {
        List<Form> forms = new ArrayList<>();
        for (Schedule schedule : schedules) {
            forms.add(new Form(schedule, Scheduler.apply(kernel, schedule, target)));
        }
        return new KernelForms(forms);
    }

    /** The form for sizes that meet none of the others' conditions. */
    public Form usual() {
        return forms.getLast();
    }

    /** The parameters of each form. */
    public List<Buffer> parameters() {
        return usual().scheduled().parameters();
    }

    /**
     * The number of the first form whose conditions hold.
     *
     * @param valueOf the value of an expression over the kernel's symbols
     */
    public int chosen(ToLongFunction<Dim> valueOf) {
        int form = 0;
        while (!forms.get(form).schedule().conditions().stream()
                .allMatch(condition -> valueOf.applyAsLong(condition) >= 0)) {
            form++;
        }
        return form;
    }
}
