package dev.quern.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What is known of the values of symbols, and proofs from it: a loop variable lies in {@code [0, extent)}, every other
 * symbol is at least its lower bound (0 unless told), of unknown sign, or a name for an expression over others. Immutable.
 *
 * <p>Proofs are sound and incomplete; they hold where the loops run, that is where every extent is positive.
 */
public final class DimRanges {
    /** Nothing known but that symbols are not negative. */
    public static final DimRanges NONE = new DimRanges(null, "", null, Map.of(), Set.of(), Map.of(), null);

    /** As {@link #NONE}; what adds the same symbols to it again gets the same ranges, with all that was proved in them. */
    public static DimRanges remembering() {
        DimRanges ranges = new DimRanges(null, "", null, Map.of(), Set.of(), Map.of(), null);
        ranges.inner = new ConcurrentHashMap<>();
        return ranges;
    }

    /** A loop variable that is added, or a symbol that may have any value: that has no extent. */
    private record Added(String symbol, Dim extent) {}

    /** The loop variables, outermost first, with their extents. */
    private record Loops(List<String> order, Map<String, Dim> extents) {}

    /** What this adds {@link #newest} to; null for the first. */
    private final DimRanges before;

    private final String newest;
    /** Of the loop whose variable is {@link #newest}; null if that is no loop variable. */
    private final Dim extent;

    private final Map<String, Long> least;
    private final Set<String> unknown;
    /** What names stand for, none of them over another of these names. */
    private final Map<String, Dim> definitions;
    /** The ranges without {@link #newest}, which answer whatever does not mention it; null if there are none. */
    private final DimRanges outer;

    /** These with one symbol more, for as long as these are in use; null if they are not remembered. */
    private Map<Added, DimRanges> inner;

    /** Derived on first use; a race derives an equal one. */
    private Loops loops;
    /** Derived on first use; a race derives an equal one. */
    private DimSamples samples;

    private volatile Map<Dim, Boolean> proved;
    private volatile Map<Dim.Atom, Dim> simplified;

    private DimRanges(
            DimRanges before,
            String newest,
            Dim extent,
            Map<String, Long> least,
            Set<String> unknown,
            Map<String, Dim> definitions,
            DimRanges outer) {
        this.before = before;
        this.newest = newest;
        this.extent = extent;
        this.least = least;
        this.unknown = unknown;
        this.definitions = definitions;
        this.outer = outer;
    }

    /** This and a loop variable in {@code [0, extent)}, inside those already known. */
    public DimRanges with(String variable, Dim extent) {
        return remembered(
                new Added(variable, extent),
                () -> new DimRanges(
                        this, variable, expand(extent), least, unknown, definitions, mentions(variable) ? null : this));
    }

    private DimRanges remembered(Added added, Supplier<DimRanges> more) {
        if (inner == null) {
            return more.get();
        }
        DimRanges known = inner.get(added);
        if (known == null) {
            known = more.get();
            known.inner = new ConcurrentHashMap<>();
            inner.put(added, known);
        }
        return known;
    }

    /** This and a symbol that is at least {@code minimum}. */
    public DimRanges atLeast(String symbol, long minimum) {
        Map<String, Long> more = new HashMap<>(least);
        more.put(symbol, minimum);
        return new DimRanges(this, symbol, null, Map.copyOf(more), unknown, definitions, null);
    }

    /** This and a symbol that may have any value, such as an index read from memory. */
    public DimRanges withUnknown(String symbol) {
        return remembered(new Added(symbol, null), () -> {
            Set<String> more = new HashSet<>(unknown);
            more.add(symbol);
            return new DimRanges(
                    this, symbol, null, least, Set.copyOf(more), definitions, mentions(symbol) ? null : this);
        });
    }

    /** This and a name for {@code value}, in which symbols mean what they mean here. */
    public DimRanges defining(String name, Dim value) {
        Map<String, Dim> more = new HashMap<>(definitions);
        more.put(name, expand(value));
        return new DimRanges(this, name, null, least, unknown, Map.copyOf(more), mentions(name) ? null : this);
    }

    /** {@code dim} with names that stand for expressions replaced by these. */
    public Dim expand(Dim dim) {
        return definitions.isEmpty() ? dim : dim.substitute(definitions);
    }

    /** Whether anything is known that involves {@code symbol}. */
    private boolean mentions(String symbol) {
        for (DimRanges ranges = this; ranges != null; ranges = ranges.before) {
            if (ranges.newest.equals(symbol) || ranges.extent != null && ranges.extent.dependsOn(symbol)) {
                return true;
            }
        }
        return false;
    }

    private Loops loops() {
        Loops known = loops;
        if (known == null) {
            List<DimRanges> added = new ArrayList<>();
            for (DimRanges ranges = this; ranges != null; ranges = ranges.before) {
                if (ranges.extent != null) {
                    added.add(ranges);
                }
            }
            Map<String, Dim> extents = new LinkedHashMap<>();
            for (DimRanges ranges : added.reversed()) {
                extents.remove(ranges.newest);
                extents.put(ranges.newest, ranges.extent);
            }
            known = new Loops(List.copyOf(extents.keySet()), extents);
            loops = known;
        }
        return known;
    }

    /** Whether {@code given} is proved to be at least zero. */
    public boolean nonNegative(Dim given) {
        Dim dim = expand(given);
        if (dim.isConstant()) {
            return dim.constant() >= 0;
        }
        DimRanges ranges = this;
        while (ranges.outer != null && !dim.dependsOn(ranges.newest)) {
            ranges = ranges.outer;
        }
        return ranges.prove(dim);
    }

    private boolean prove(Dim dim) {
        Map<Dim, Boolean> known = proved;
        if (known == null) {
            known = new ConcurrentHashMap<>();
            proved = known;
        }
        Boolean answer = known.get(dim);
        if (answer == null) {
            answer = new DimProof(loops().order(), loops().extents(), least, unknown, samples()).nonNegative(dim);
            known.put(dim, answer);
        }
        return answer;
    }

    private DimSamples samples() {
        DimSamples points = samples;
        if (points == null) {
            points = DimSamples.of(loops().order(), loops().extents(), least);
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
                changes |= !(atom instanceof Dim.Symbol) && !simplify(atom).equals(Dim.atom(atom));
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
            return Dim.atom(atom);
        }
        DimRanges ranges = this;
        while (ranges.outer != null && !Dim.dependsOn(atom, ranges.newest)) {
            ranges = ranges.outer;
        }
        Map<Dim.Atom, Dim> known = ranges.simplified;
        if (known == null) {
            known = new ConcurrentHashMap<>();
            ranges.simplified = known;
        }
        Dim answer = known.get(atom);
        if (answer == null) {
            answer = ranges.resolve(atom);
            known.put(atom, answer);
        }
        return answer;
    }

    private Dim resolve(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol symbol -> Dim.atom(symbol);
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
            long common = Divisors.greatestCommon(denominator, Math.abs(candidate.coefficient()));
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
}
