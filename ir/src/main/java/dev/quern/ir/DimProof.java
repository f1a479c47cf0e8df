package dev.quern.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A bounded search for a proof that an expression is never negative.
 *
 * <p>A loop variable in which the expression is monotone is replaced by the end of its range that makes it least,
 * innermost first. A division, minimum or maximum that stands in the way is replaced by a bound:
 * {@code a - b + 1 <= b*floordiv(a, b) <= a}, and a minimum is no more than either side. A divisor that is not negative
 * counts as positive, since nothing holds of an expression that has no value. A few sample points refute most of what
 * has no proof before the search starts.
 */
final class DimProof {
    private static final int STEPS = 40;

    private enum Direction {
        NEITHER,
        UP,
        DOWN,
        UNKNOWN;

        Direction reversed() {
            return this == UP ? DOWN : this == DOWN ? UP : this;
        }

        Direction and(Direction other) {
            if (this == NEITHER || this == other) {
                return other;
            }
            return other == NEITHER ? this : UNKNOWN;
        }
    }

    private final List<String> order;
    private final Map<String, Dim> extents;
    private final Map<String, Long> least;
    private final Set<String> unknown;
    private final DimSamples samples;
    /** What makes a symbol with a lower bound one that is not negative. */
    private final Map<String, Dim> shift = new HashMap<>();

    private int steps = STEPS;

    DimProof(
            List<String> order,
            Map<String, Dim> extents,
            Map<String, Long> least,
            Set<String> unknown,
            DimSamples samples) {
        this.order = order;
        this.extents = extents;
        this.least = least;
        this.unknown = unknown;
        this.samples = samples;
        least.forEach((symbol, minimum) -> shift.put(symbol, Dim.symbol(symbol).plus(minimum)));
    }

    boolean nonNegative(Dim dim) {
        try {
            return isNonNegative(dim) || (!samples.refute(dim) && search(dim));
        } catch (ArithmeticException overflow) {
            return false;
        }
    }

    private boolean search(Dim dim) {
        if (isNonNegative(dim)) {
            return true;
        }
        if (dim.isConstant() || steps-- <= 0) {
            return false;
        }
        Set<String> symbols = dim.symbols();
        for (int i = order.size() - 1; i >= 0; i--) {
            String variable = order.get(i);
            if (!symbols.contains(variable)) {
                continue;
            }
            Direction direction = direction(dim, variable);
            if (direction == Direction.UP) {
                return search(dim.substitute(Map.of(variable, Dim.ZERO)));
            }
            if (direction == Direction.DOWN) {
                return search(
                        dim.substitute(Map.of(variable, extents.get(variable).minus(1))));
            }
        }
        for (Dim.Atom atom : compounds(dim)) {
            if (bounded(dim, atom)) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code dim} is proved with {@code atom} replaced by a bound. */
    private boolean bounded(Dim dim, Dim.Atom atom) {
        Dim factor = Dim.ZERO;
        Dim rest = Dim.ZERO;
        for (Dim.Term term : dim.terms()) {
            List<Dim.Atom> others = new ArrayList<>(term.atoms());
            if (others.remove(atom)) {
                if (others.contains(atom)) {
                    return false;
                }
                factor = factor.plus(Dim.of(new Dim.Term(term.coefficient(), others)));
            } else {
                rest = rest.plus(Dim.of(term));
            }
        }
        boolean up = isNonNegative(factor);
        if (!up && !isNonNegative(factor.times(-1))) {
            return false;
        }
        switch (atom) {
            case Dim.Symbol symbol -> {
                return false;
            }
            case Dim.FloorDiv(Dim left, Dim right) -> {
                if (!isNonNegative(right)) {
                    return false;
                }
                if (left.isConstant() && left.constant() < 0) {
                    return search(rest.plus(factor.times(up ? left : Dim.of(-1))));
                }
                Dim bound = up ? left.minus(right).plus(1) : left;
                return search(rest.times(right).plus(factor.times(bound)));
            }
            case Dim.Min(Dim left, Dim right) -> {
                Dim first = rest.plus(factor.times(left));
                Dim second = rest.plus(factor.times(right));
                return up
                        ? search(first) && search(second)
                        : search(first) || search(second) || byCases(left, right, first, second);
            }
            case Dim.Max(Dim left, Dim right) -> {
                Dim first = rest.plus(factor.times(left));
                Dim second = rest.plus(factor.times(right));
                return up ? search(first) || search(second) : search(first) && search(second);
            }
        }
    }

    /**
     * Whether there is a proof for either side of a minimum of a symbol and a constant being the lesser, of {@code first} where that is
     * {@code left} and of {@code second} where that is {@code right}.
     */
    private boolean byCases(Dim left, Dim right, Dim first, Dim second) {
        if (right.isConstant()) {
            return !left.isConstant() && byCases(right, left, second, first);
        }
        Optional<String> free = right.symbols().stream()
                .filter(name -> right.equals(Dim.symbol(name)))
                .filter(name -> !unknown.contains(name) && !least.containsKey(name) && !order.contains(name))
                .filter(name -> extents.values().stream().noneMatch(extent -> extent.dependsOn(name)))
                .findFirst();
        if (free.isEmpty() || !left.isConstant() || left.constant() < 0) {
            return false;
        }
        Dim above = Dim.symbol(free.get()).plus(left);
        if (!search(first.substitute(Map.of(free.get(), above)))) {
            return false;
        }
        List<String> inner = new ArrayList<>(order);
        inner.add(free.get());
        Map<String, Dim> bounds = new HashMap<>(extents);
        bounds.put(free.get(), left.plus(1));
        DimProof below = new DimProof(inner, bounds, least, unknown, samples);
        below.steps = steps;
        return below.search(second);
    }

    /** The divisions, minima and maxima among the factors, those of negative terms first. */
    private static List<Dim.Atom> compounds(Dim dim) {
        List<Dim.Atom> atoms = new ArrayList<>();
        for (boolean negative : new boolean[] {true, false}) {
            for (Dim.Term term : dim.terms()) {
                for (Dim.Atom atom : term.atoms()) {
                    if (term.coefficient() < 0 == negative && !(atom instanceof Dim.Symbol) && !atoms.contains(atom)) {
                        atoms.add(atom);
                    }
                }
            }
        }
        return atoms;
    }

    private Direction direction(Dim dim, String variable) {
        Direction all = Direction.NEITHER;
        for (Dim.Term term : dim.terms()) {
            Direction product = Direction.NEITHER;
            boolean signed = false;
            for (Dim.Atom atom : term.atoms()) {
                product = product.and(direction(atom, variable));
                signed |= !isNonNegative(atom);
            }
            if (product != Direction.NEITHER && signed && term.atoms().size() > 1) {
                return Direction.UNKNOWN;
            }
            all = all.and(term.coefficient() < 0 ? product.reversed() : product);
        }
        return all;
    }

    private Direction direction(Dim.Atom atom, String variable) {
        return switch (atom) {
            case Dim.Symbol(String name) -> name.equals(variable) ? Direction.UP : Direction.NEITHER;
            case Dim.FloorDiv(Dim left, Dim right) -> {
                if (right.dependsOn(variable) || !isNonNegative(right)) {
                    yield left.dependsOn(variable) || right.dependsOn(variable) ? Direction.UNKNOWN : Direction.NEITHER;
                }
                yield direction(left, variable);
            }
            case Dim.Min(Dim left, Dim right) -> direction(left, variable).and(direction(right, variable));
            case Dim.Max(Dim left, Dim right) -> direction(left, variable).and(direction(right, variable));
        };
    }

    /** Whether every term is surely not negative. */
    private boolean isNonNegative(Dim dim) {
        return termsNonNegative(shift.isEmpty() ? dim : dim.substitute(shift));
    }

    private boolean termsNonNegative(Dim dim) {
        Polynomial terms = dim.polynomial();
        for (int term = 0; term < terms.size(); term++) {
            if (terms.coefficient(term) < 0) {
                return false;
            }
            Monomial monomial = terms.monomial(term);
            for (int position = 0; position < monomial.degree(); position++) {
                if (!isNonNegative(monomial.atom(position))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isNonNegative(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol(String name) -> !unknown.contains(name);
            case Dim.FloorDiv(Dim left, Dim right) -> termsNonNegative(left) && termsNonNegative(right);
            case Dim.Min(Dim left, Dim right) -> termsNonNegative(left) && termsNonNegative(right);
            case Dim.Max(Dim left, Dim right) -> termsNonNegative(left) || termsNonNegative(right);
        };
    }
}
