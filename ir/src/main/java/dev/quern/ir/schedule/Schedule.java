package dev.quern.ir.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * How a kernel is run: named transformations in order. Immutable data with a text form; the same schedule applied to the
 * same kernel gives the same kernel.
 *
 * @param steps the transformations, first applied first
 */
public record Schedule(List<Step> steps) {
    /** No transformation. */
    public static final Schedule NONE = new Schedule(List.of());

    public Schedule {
        steps = List.copyOf(steps);
    }

    /** This followed by {@code more}. */
    public Schedule then(Step... more) {
        List<Step> longer = new ArrayList<>(steps);
        longer.addAll(List.of(more));
        return new Schedule(longer);
    }

    /** What a kernel with this schedule takes for granted about its symbols. */
    public List<Step.Assume> assumptions() {
        List<Step.Assume> assumptions = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Assume assume) {
                assumptions.add(assume);
            }
        }
        return List.copyOf(assumptions);
    }
}
