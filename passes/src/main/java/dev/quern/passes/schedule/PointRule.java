package dev.quern.passes.schedule;

import java.util.function.Predicate;

/**
 * A rule that cuts a space down.
 *
 * @param name one or two words
 * @param reason why no point that it takes away is worth trying
 * @param keeps whether a point stays
 * @param <P> a choice of a value for each knob
 */
record PointRule<P>(String name, String reason, Predicate<P> keeps) {}
