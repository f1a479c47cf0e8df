package dev.quern.passes.schedule;

import dev.quern.ir.schedule.Pruning;
import java.util.ArrayList;
import java.util.List;

/**
 * The cross product of a few knobs, and the rules that cut it down.
 *
 * @param knobs the knobs with their values, in words
 * @param all each choice of a value for each knob, in the order of preference
 * @param rules applied one after the other
 * @param <P> a choice of a value for each knob
 */
record KnobSpace<P>(List<String> knobs, List<P> all, List<PointRule<P>> rules) {
    KnobSpace {
        knobs = List.copyOf(knobs);
        all = List.copyOf(all);
        rules = List.copyOf(rules);
    }

    /** What the rules leave. */
    List<P> left() {
        return all.stream().filter(this::isLeft).toList();
    }

    private boolean isLeft(P point) {
        return rules.stream().allMatch(rule -> rule.keeps().test(point));
    }

    /** How many points each rule leaves. */
    Pruning pruning() {
        List<P> points = all;
        List<Pruning.RuleEffect> effects = new ArrayList<>();
        for (PointRule<P> rule : rules) {
            points = points.stream().filter(rule.keeps()).toList();
            effects.add(new Pruning.RuleEffect(rule.name(), rule.reason(), points.size()));
        }
        return new Pruning(knobs, all.size(), effects);
    }
}
