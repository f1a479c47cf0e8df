package dev.quern.ir.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * How a space of schedules comes to be as small as it is: the cross product of its knobs, and what each rule leaves of it. Rules know the target and what
 * a kernel does, not the extents of its loops, so that kernels of one template have one list.
 *
 * @param knobs the knobs with their values, such as {@code rows of a tile: 1 to 16}
 * @param all points of the cross product
 * @param effects the rules in the order in which they are applied
 */
public record Pruning(List<String> knobs, long all, List<RuleEffect> effects) {
    /**
     * What a rule does.
     *
     * @param rule its name, such as {@code registers}
     * @param reason why no schedule that it takes away is worth trying
     * @param left points that it and the rules before it leave
     */
    public record RuleEffect(String rule, String reason, long left) {}

    public Pruning {
        knobs = List.copyOf(knobs);
        effects = List.copyOf(effects);
    }

    /** A list that nothing was taken from. */
    public static Pruning none(long candidates) {
        return new Pruning(List.of(), candidates, List.of());
    }

    /** Points that all rules leave. */
    public long left() {
        return effects.isEmpty() ? all : effects.getLast().left();
    }

    /** The same beside {@code more} points that no rule is about. */
    public Pruning beside(String knob, long more) {
        List<String> moreKnobs = new ArrayList<>(knobs);
        moreKnobs.add(knob);
        return new Pruning(
                moreKnobs,
                all + more,
                effects.stream()
                        .map(effect -> new RuleEffect(effect.rule(), effect.reason(), effect.left() + more))
                        .toList());
    }
}
