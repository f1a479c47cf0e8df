package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The guards of a graph being built, without those that follow from others: equalities replace symbols, and of lower
 * bounds of one expression the greatest is kept.
 */
final class GuardSet {
    private final Map<String, ShapeGuard> guards = new LinkedHashMap<>();
    private final Map<String, Long> bounds = new HashMap<>();
    private final Map<String, Dim> replacements = new HashMap<>();
    private final Map<Dim.Atom, Dim> quotients = new HashMap<>();
    private DimRanges ranges = DimRanges.NONE;

    /** What the guards say of symbols. */
    DimRanges ranges() {
        return ranges;
    }

    /** Starts from what the guards of {@code outer} say. */
    void assume(GuardSet outer) {
        ranges = outer.ranges;
        replacements.putAll(outer.replacements);
        quotients.putAll(outer.quotients);
    }

    void add(Dim left, ShapeGuard.Relation relation, Dim right, String reason) {
        Dim a = canonical(left);
        Dim b = canonical(right);
        switch (relation) {
            case EQUAL -> equal(a, b, new ShapeGuard(left, relation, right, reason));
            case AT_LEAST -> {
                Dim excess = a.minus(b);
                // What cannot hold beside the other guards is said of the symbols, whose values may break those first.
                boolean never = excess.isConstant() && excess.constant() < 0;
                atLeast(never ? left.minus(right) : excess, reason);
            }
        }
    }

    private void equal(Dim left, Dim right, ShapeGuard guard) {
        if (left.equals(right)) {
            return;
        }
        guards.putIfAbsent(key(left, right), guard);
        if (!replace(left, right)) {
            replace(right, left);
        }
    }

    private static String key(Dim left, Dim right) {
        boolean ordered = left.toString().compareTo(right.toString()) <= 0;
        return (ordered ? left : right) + " == " + (ordered ? right : left);
    }

    /** Whether a guard says that the two are equal. */
    boolean equates(Dim left, Dim right) {
        Dim a = canonical(left);
        Dim b = canonical(right);
        return a.equals(b) || guards.containsKey(key(a, b));
    }

    /** Uses {@code from == to} from now on, if {@code from} is a symbol or a division that {@code to} has not. */
    private boolean replace(Dim from, Dim to) {
        if (from.terms().size() != 1
                || from.terms().getFirst().coefficient() != 1
                || from.terms().getFirst().atoms().size() != 1) {
            return false;
        }
        Dim.Atom atom = from.terms().getFirst().atoms().getFirst();
        switch (atom) {
            case Dim.Symbol(String name)
            when !to.dependsOn(name) -> {
                replacements.replaceAll((other, dim) -> dim.substitute(Map.of(name, to)));
                replacements.put(name, to);
                return true;
            }
            case Dim.FloorDiv division
            when !to.toString().contains(division.toString()) -> {
                quotients.put(division, to);
                return true;
            }
            case Dim.Symbol symbol -> {
                return false;
            }
            case Dim.FloorDiv division -> {
                return false;
            }
            case Dim.Min min -> {
                return false;
            }
            case Dim.Max max -> {
                return false;
            }
        }
    }

    /** {@code dim} with everything that a guard equates to something simpler replaced by that. */
    Dim canonical(Dim dim) {
        Dim substituted = dim.substitute(replacements);
        if (quotients.isEmpty()) {
            return substituted;
        }
        Dim sum = Dim.ZERO;
        for (Dim.Term term : substituted.terms()) {
            Dim product = Dim.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                Dim replacement = quotients.get(atom);
                product = product.times(replacement == null ? plain(atom) : replacement);
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private static Dim plain(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol(String name) -> Dim.symbol(name);
            case Dim.FloorDiv(Dim left, Dim right) -> left.floorDiv(right);
            case Dim.Min(Dim left, Dim right) -> left.min(right);
            case Dim.Max(Dim left, Dim right) -> left.max(right);
        };
    }

    /** Records {@code excess >= 0} as a bound of its part that is not constant. */
    private void atLeast(Dim excess, String reason) {
        Dim simple = reduced(excess);
        if (ranges.nonNegative(simple)) {
            return;
        }
        Dim constant = constantOf(simple);
        Dim varying = simple.minus(constant);
        long bound = -constant.constant();
        String key = varying + " >=";
        if (bounds.getOrDefault(key, Long.MIN_VALUE) >= bound) {
            return;
        }
        bounds.put(key, bound);
        boolean falling = varying.terms().stream().allMatch(term -> term.coefficient() < 0);
        guards.put(
                key,
                falling
                        ? new ShapeGuard(constant, ShapeGuard.Relation.AT_LEAST, varying.times(-1), reason)
                        : new ShapeGuard(varying, ShapeGuard.Relation.AT_LEAST, Dim.of(bound), reason));
        if (varying.terms().size() == 1
                && varying.terms().getFirst().coefficient() == 1
                && varying.terms().getFirst().atoms().size() == 1
                && varying.terms().getFirst().atoms().getFirst() instanceof Dim.Symbol(String name)) {
            ranges = ranges.atLeast(name, bound);
        }
    }

    /** An expression that is not negative exactly where {@code excess} is, with divisions by constants undone. */
    private static Dim reduced(Dim excess) {
        Dim constant = constantOf(excess);
        Dim varying = excess.minus(constant);
        if (varying.terms().size() != 1 || varying.terms().getFirst().coefficient() < 1) {
            return excess;
        }
        long factor = varying.terms().getFirst().coefficient();
        long least = -Math.floorDiv(constant.constant(), factor);
        List<Dim.Atom> atoms = varying.terms().getFirst().atoms();
        if (atoms.size() == 1
                && atoms.getFirst() instanceof Dim.FloorDiv(Dim inner, Dim by)
                && by.isConstant()
                && by.constant() > 0) {
            return reduced(inner.minus(by.times(least)));
        }
        return varying.floorDiv(Dim.of(factor)).minus(least);
    }

    private static Dim constantOf(Dim dim) {
        for (Dim.Term term : dim.terms()) {
            if (term.atoms().isEmpty()) {
                return Dim.of(term.coefficient());
            }
        }
        return Dim.ZERO;
    }

    List<ShapeGuard> list() {
        return List.copyOf(guards.values());
    }
}
