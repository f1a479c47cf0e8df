package dev.quern.ir;

import java.util.HashMap;
import java.util.Map;

/**
 * What is known of the values of symbols, and proofs from it: a loop variable lies in {@code [0, extent)}, every other
 * symbol is at least its lower bound (0 unless told). Immutable.
 *
 * <p>A proof of {@code e >= 0} replaces each loop variable, innermost first, by the end of its range that makes
 * {@code e} least, and then asks that every coefficient over the remaining, non-negative symbols is non-negative. It is
 * sound and incomplete.
 */
public final class DimRanges {
    /** Nothing known but that symbols are not negative. */
    public static final DimRanges NONE = new DimRanges(Map.of(), Map.of(), java.util.List.of());

    private final Map<String, Dim> extents;
    private final Map<String, Long> least;
    private final java.util.List<String> order;

    private DimRanges(Map<String, Dim> extents, Map<String, Long> least, java.util.List<String> order) {
        this.extents = extents;
        this.least = least;
        this.order = order;
    }

    /** This and a loop variable in {@code [0, extent)}, inside those already known. */
    public DimRanges with(String variable, Dim extent) {
        Map<String, Dim> more = new HashMap<>(extents);
        more.put(variable, extent);
        java.util.List<String> longer = new java.util.ArrayList<>(order);
        longer.remove(variable);
        longer.add(variable);
        return new DimRanges(Map.copyOf(more), least, java.util.List.copyOf(longer));
    }

    /** This and a symbol that is at least {@code minimum}. */
    public DimRanges atLeast(String symbol, long minimum) {
        Map<String, Long> more = new HashMap<>(least);
        more.put(symbol, minimum);
        return new DimRanges(extents, Map.copyOf(more), order);
    }

    /** Whether {@code dim} is proved to be at least zero. */
    public boolean nonNegative(Dim dim) {
        Dim lowest = dim;
        for (int i = order.size() - 1; i >= 0; i--) {
            String variable = order.get(i);
            Dim at = lowest;
            java.util.Optional<Dim> slope = at.coefficient(variable);
            if (slope.isEmpty()) {
                continue;
            }
            if (signOf(slope.get()) >= 0) {
                lowest = at.substitute(Map.of(variable, Dim.ZERO));
            } else if (signOf(slope.get().times(-1)) >= 0) {
                lowest = at.substitute(Map.of(variable, extents.get(variable).minus(1)));
            } else {
                return false;
            }
        }
        return signOf(shifted(lowest)) >= 0;
    }

    /** {@code dim} with each symbol of a known lower bound replaced by that bound plus itself. */
    private Dim shifted(Dim dim) {
        Map<String, Dim> shift = new HashMap<>();
        least.forEach((symbol, minimum) -> shift.put(symbol, Dim.symbol(symbol).plus(minimum)));
        return dim.substitute(shift);
    }

    /** 0 or 1 if every term is surely not negative, -1 if unknown. Divisions of such are such. */
    private static int signOf(Dim dim) {
        for (Dim.Term term : dim.terms()) {
            if (term.coefficient() < 0) {
                return -1;
            }
            for (Dim.Atom atom : term.atoms()) {
                boolean known = switch (atom) {
                    case Dim.Symbol symbol -> true;
                    case Dim.FloorDiv(Dim left, Dim right) -> signOf(left) >= 0 && signOf(right) >= 0;
                    case Dim.Min(Dim left, Dim right) -> signOf(left) >= 0 && signOf(right) >= 0;
                    case Dim.Max(Dim left, Dim right) -> signOf(left) >= 0 || signOf(right) >= 0;
                };
                if (!known) {
                    return -1;
                }
            }
        }
        return dim.terms().isEmpty() ? 0 : 1;
    }

    /** Whether {@code left <= right} is proved. */
    public boolean atMost(Dim left, Dim right) {
        return nonNegative(right.minus(left));
    }

    /** {@code dim} with divisions, minima and maxima resolved where the ranges decide them. */
    public Dim simplify(Dim dim) {
        Dim divided = dim.rebuild(Dim::symbol, this::divide);
        return resolve(divided);
    }

    private Dim divide(Dim numerator, Dim denominator) {
        Dim whole = Dim.ZERO;
        Dim rest = Dim.ZERO;
        for (Dim.Term term : numerator.terms()) {
            Dim one = Dim.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                one = one.times(asDim(atom));
            }
            Dim quotient = one.floorDiv(denominator);
            if (quotient.times(denominator).equals(one)) {
                whole = whole.plus(quotient);
            } else {
                rest = rest.plus(one);
            }
        }
        if (nonNegative(rest) && nonNegative(denominator.minus(1).minus(rest))) {
            return whole;
        }
        return numerator.floorDiv(denominator);
    }

    private static Dim asDim(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol(String name) -> Dim.symbol(name);
            case Dim.FloorDiv(Dim left, Dim right) -> left.floorDiv(right);
            case Dim.Min(Dim left, Dim right) -> left.min(right);
            case Dim.Max(Dim left, Dim right) -> left.max(right);
        };
    }

    private Dim resolve(Dim dim) {
        Dim sum = Dim.ZERO;
        for (Dim.Term term : dim.terms()) {
            Dim product = Dim.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(
                        switch (atom) {
                            case Dim.Min(Dim left, Dim right) when atMost(left, right) -> left;
                            case Dim.Min(Dim left, Dim right) when atMost(right, left) -> right;
                            case Dim.Max(Dim left, Dim right) when atMost(left, right) -> right;
                            case Dim.Max(Dim left, Dim right) when atMost(right, left) -> left;
                            case Dim.Symbol symbol -> asDim(symbol);
                            case Dim.FloorDiv division -> asDim(division);
                            case Dim.Min min -> asDim(min);
                            case Dim.Max max -> asDim(max);
                        });
            }
            sum = sum.plus(product);
        }
        return sum;
    }
}
