package dev.quern.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of the values of symbols, and proofs from it: a loop variable lies in {@code [0, extent)}, every other
 * symbol is at least its lower bound (0 unless told), or of unknown sign. Immutable.
 *
 * <p>Proofs are sound and incomplete; they hold where the loops run, that is where every extent is positive.
 */
public final class DimRanges {
    /** Nothing known but that symbols are not negative. */
    public static final DimRanges NONE = new DimRanges(Map.of(), Map.of(), List.of(), Set.of(), null, "");

    private final Map<String, Dim> extents;
    private final Map<String, Long> least;
    private final List<String> order;
    private final Set<String> unknown;
    /** The ranges without {@link #newest}, which answer whatever does not mention it; null if there are none. */
    private final DimRanges outer;

    private final String newest;
    private final Map<Dim, Boolean> proved = new ConcurrentHashMap<>();
    private final Map<Dim.Atom, Dim> simplified = new ConcurrentHashMap<>();
    private DimSamples samples;

    private DimRanges(
            Map<String, Dim> extents,
            Map<String, Long> least,
            List<String> order,
            Set<String> unknown,
            DimRanges outer,
            String newest) {
        this.outer = outer;
        this.newest = newest;
        this.extents = extents;
        this.least = least;
        this.order = order;
        this.unknown = unknown;
    }

    /** This and a loop variable in {@code [0, extent)}, inside those already known. */
    public DimRanges with(String variable, Dim extent) {
        Map<String, Dim> more = new HashMap<>(extents);
        more.put(variable, extent);
        List<String> longer = new ArrayList<>(order);
        longer.remove(variable);
        longer.add(variable);
        DimRanges without = mentions(variable) ? null : this;
        return new DimRanges(Map.copyOf(more), least, List.copyOf(longer), unknown, without, variable);
    }

    /** This and a symbol that is at least {@code minimum}. */
    public DimRanges atLeast(String symbol, long minimum) {
        Map<String, Long> more = new HashMap<>(least);
        more.put(symbol, minimum);
        return new DimRanges(extents, Map.copyOf(more), order, unknown, null, "");
    }

    /** This and a symbol that may have any value, such as an index read from memory. */
    public DimRanges withUnknown(String symbol) {
        Set<String> more = new HashSet<>(unknown);
        more.add(symbol);
        DimRanges without = mentions(symbol) ? null : this;
        return new DimRanges(extents, least, order, Set.copyOf(more), without, symbol);
    }

    /** Whether anything is known that involves {@code symbol}. */
    private boolean mentions(String symbol) {
        return extents.containsKey(symbol) || extents.values().stream().anyMatch(extent -> extent.dependsOn(symbol));
    }

    /** Whether {@code dim} is proved to be at least zero. */
    public boolean nonNegative(Dim dim) {
        if (dim.isConstant()) {
            return dim.constant() >= 0;
        }
        if (outer != null && !dim.dependsOn(newest)) {
            return outer.nonNegative(dim);
        }
        Boolean known = proved.get(dim);
        if (known == null) {
            known = new DimProof(order, extents, least, unknown, samples()).nonNegative(dim);
            proved.put(dim, known);
        }
        return known;
    }

    private DimSamples samples() {
        DimSamples points = samples;
        if (points == null) {
            points = DimSamples.of(order, extents, least);
            samples = points;
        }
        return points;
    }

    /** Whether {@code left <= right} is proved. */
    public boolean atMost(Dim left, Dim right) {
        return nonNegative(right.minus(left));
    }

    /** {@code dim} with divisions, minima and maxima resolved where the ranges decide them. */
    public Dim simplify(Dim dim) {
        boolean changes = false;
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                changes |= !(atom instanceof Dim.Symbol) && !simplify(atom).equals(asDim(atom));
            }
        }
        if (!changes) {
            return dim;
        }
        Dim sum = Dim.ZERO;
        for (Dim.Term term : dim.terms()) {
            Dim product = Dim.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(simplify(atom));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private Dim simplify(Dim.Atom atom) {
        if (atom instanceof Dim.Symbol) {
            return asDim(atom);
        }
        if (outer != null && !asDim(atom).dependsOn(newest)) {
            return outer.simplify(atom);
        }
        Dim known = simplified.get(atom);
        if (known == null) {
            known = resolve(atom);
            simplified.put(atom, known);
        }
        return known;
    }

    private Dim resolve(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol symbol -> asDim(symbol);
            case Dim.FloorDiv(Dim left, Dim right) -> divide(simplify(left), simplify(right));
            case Dim.Min(Dim left, Dim right) -> {
                Dim first = simplify(left);
                Dim second = simplify(right);
                yield atMost(first, second) ? first : atMost(second, first) ? second : first.min(second);
            }
            case Dim.Max(Dim left, Dim right) -> {
                Dim first = simplify(left);
                Dim second = simplify(right);
                yield atMost(first, second) ? second : atMost(second, first) ? first : first.max(second);
            }
        };
    }

    private Dim divide(Dim numerator, Dim denominator) {
        if (numerator.isConstant() && denominator.isConstant()) {
            return numerator.floorDiv(denominator);
        }
        Dim whole = Dim.ZERO;
        Dim rest = Dim.ZERO;
        for (Dim.Term term : numerator.terms()) {
            Dim one = Dim.of(term);
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
        if (nonNegative(Dim.of(-1).minus(rest)) && nonNegative(rest.plus(denominator))) {
            return whole.minus(1);
        }
        if (denominator.isConstant() && denominator.constant() > 1) {
            return whole.plus(divideByConstant(rest, denominator.constant()));
        }
        return numerator.floorDiv(denominator);
    }

    /** {@code floordiv(c*a + r, c*d)} is {@code floordiv(a, d)} where {@code r} is in {@code [0, c)}. */
    private Dim divideByConstant(Dim numerator, long denominator) {
        for (Dim.Term candidate : numerator.terms()) {
            long common = gcd(denominator, Math.abs(candidate.coefficient()));
            if (common <= 1 || common == denominator || candidate.atoms().isEmpty()) {
                continue;
            }
            Dim multiple = Dim.ZERO;
            Dim rest = Dim.ZERO;
            for (Dim.Term term : numerator.terms()) {
                if (term.coefficient() % common == 0) {
                    multiple = multiple.plus(Dim.of(new Dim.Term(term.coefficient() / common, term.atoms())));
                } else {
                    rest = rest.plus(Dim.of(term));
                }
            }
            if (!rest.is(0)
                    && nonNegative(rest)
                    && nonNegative(Dim.of(common - 1).minus(rest))) {
                return divide(multiple, Dim.of(denominator / common));
            }
        }
        return numerator.floorDiv(Dim.of(denominator));
    }

    private static long gcd(long left, long right) {
        return right == 0 ? left : gcd(right, left % right);
    }

    private static Dim asDim(Dim.Atom atom) {
        return Dim.of(new Dim.Term(1, List.of(atom)));
    }
}
