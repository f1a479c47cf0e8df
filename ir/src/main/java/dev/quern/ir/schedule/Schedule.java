package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;

/**
 * How a kernel is run: named transformations in order. Immutable data with a text form; the same schedule applied to the
 * same kernel gives the same kernel.
 *
 * @param when what has to hold for a run to use this schedule: none of these expressions over the kernel's symbols is negative
 * @param steps the transformations, first applied first
 */
public record Schedule(List<Dim> when, List<Step> steps) {
    /** No transformation. */
    public static final Schedule NONE = new Schedule(List.of());

    public Schedule {
        when = List.copyOf(when);
        steps = List.copyOf(steps);
    }

    /** For all sizes. */
    public Schedule(List<Step> steps) {
        this(List.of(), steps);
    }

    /** This followed by {@code more}. */
    public Schedule then(Step... more) {
        List<Step> longer = new ArrayList<>(steps);
        longer.addAll(List.of(more));
        return new Schedule(when, longer);
    }

    /** The same steps where none of {@code nonNegative} is negative, and nowhere else. */
    public Schedule where(List<Dim> nonNegative) {
        return new Schedule(nonNegative, steps);
    }

    /** All that a run's sizes have to meet: {@link #when}, and what {@link Step.Assume} takes for granted, as expressions that are not negative. */
    public List<Dim> conditions() {
        List<Dim> conditions = new ArrayList<>(when);
        for (Step step : steps) {
            if (step instanceof Step.Assume(String symbol, Dim value)) {
                conditions.add(Dim.symbol(symbol).minus(value));
                conditions.add(value.minus(Dim.symbol(symbol)));
            }
        }
        return List.copyOf(conditions);
    }
}
