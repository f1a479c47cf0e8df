package dev.quern.ir;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * An exact integer expression over named symbols: an extent of a shape, a stride, an offset of the memory plan, or an
 * index of a kernel (there, some of the symbols are loop variables).
 *
 * <p>Held in canonical form, so that {@link #equals} decides equality of polynomials: a sum of terms, each an integer
 * coefficient times a product of {@link Atom}s. An atom is a symbol, a floor division, a minimum or a maximum. The
 * remainder is no atom: {@code a mod c} is {@code a - c*floordiv(a, c)}, which lets {@code c*floordiv(a, c) + a mod c}
 * cancel to {@code a}. Immutable.
 */
public final class Dim {
    /** Zero. */
    public static final Dim ZERO = of(0);

    /** One. */
    public static final Dim ONE = of(1);

    /** An indivisible factor of a term. */
    public sealed interface Atom {}

    /** A named symbol: a symbolic dimension or a loop variable. */
    public record Symbol(String name) implements Atom {
        /** The name as {@link NameText} writes it. */
        @Override
        public String toString() {
            return NameText.of(name);
        }
    }

    /** Division rounding to negative infinity. */
    public record FloorDiv(Dim numerator, Dim denominator) implements Atom {
        @Override
        public String toString() {
            return "floordiv(" + numerator + ", " + denominator + ")";
        }
    }

    /** The lesser of two. */
    public record Min(Dim left, Dim right) implements Atom {
        @Override
        public String toString() {
            return "min(" + left + ", " + right + ")";
        }
    }

    /** The greater of two. */
    public record Max(Dim left, Dim right) implements Atom {
        @Override
        public String toString() {
            return "max(" + left + ", " + right + ")";
        }
    }

    /** A coefficient times a product of atoms; the constant term has no atoms. */
    public record Term(long coefficient, List<Atom> atoms) {
        /** Whether {@code symbol} occurs. */
        public boolean dependsOn(String symbol) {
            for (Atom atom : atoms) {
                if (Dim.dependsOn(atom, symbol)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether any of {@code symbols} occurs. */
        public boolean dependsOnAny(Set<String> symbols) {
            for (Atom atom : atoms) {
                if (Dim.dependsOnAny(atom, symbols)) {
                    return true;
                }
            }
            return false;
        }
    }

    private final Polynomial terms;
    /** Derived on first use; a race derives an equal one. */
    private String text;
    /** Derived on first use; a race derives an equal one. */
    private Set<String> symbols;
    /** Derived on first use; a race derives an equal one. */
    private List<Term> list;

    private Dim(Polynomial terms) {
        this.terms = terms;
    }

    /** The terms. */
    Polynomial polynomial() {
        return terms;
    }

    /** The constant {@code value}. */
    public static Dim of(long value) {
        return new Dim(Polynomial.of(Monomial.UNIT, value));
    }

    /** One term as an expression of its own. */
    public static Dim of(Term term) {
        return new Dim(Polynomial.of(Monomial.of(term.atoms()), term.coefficient()));
    }

    /** The symbol {@code name}. */
    public static Dim symbol(String name) {
        return atom(new Symbol(name));
    }

    /** {@code atom} as an expression of its own. */
    static Dim atom(Atom atom) {
        Weight.check(atom);
        return new Dim(Polynomial.of(Monomial.of(atom), 1));
    }

    /** The product of {@code factors}; one if there are none. */
    public static Dim product(Collection<Dim> factors) {
        Dim product = ONE;
        for (Dim factor : factors) {
            product = product.times(factor);
        }
        return product;
    }

    /** The sum; throws {@link SizeLimitException} if a coefficient leaves 64 bits, or the expression becomes too large. */
    public Dim plus(Dim other) {
        Polynomial sum = terms.plus(other.terms);
        return sum == terms ? this : sum == other.terms ? other : new Dim(sum);
    }

    /** The sum with a constant. */
    public Dim plus(long constant) {
        return constant == 0 ? this : plus(of(constant));
    }

    /** The difference. */
    public Dim minus(Dim other) {
        return other.terms.size() == 0 ? this : new Dim(terms.plus(other.terms.times(-1)));
    }

    /** The difference with a constant. */
    public Dim minus(long constant) {
        return plus(-constant);
    }

    /** The product; throws {@link SizeLimitException} as the sum does. */
    public Dim times(Dim other) {
        return new Dim(terms.times(other.terms));
    }

    /** The product with a constant. */
    public Dim times(long factor) {
        return factor == 1 ? this : new Dim(terms.times(factor));
    }

    /** Division rounding to negative infinity; whole multiples of {@code divisor} are taken out of the division. */
    public Dim floorDiv(Dim divisor) {
        if (divisor.terms.size() == 0) {
            throw new ArithmeticException("division of " + this + " by zero");
        }
        if (divisor.terms.size() != 1) {
            Optional<Dim> exact = exactQuotient(divisor);
            return exact.orElseGet(() -> atom(new FloorDiv(this, divisor)));
        }
        Monomial by = divisor.terms.monomial(0);
        long step = divisor.terms.coefficient(0);
        Polynomial.Builder quotient = new Polynomial.Builder(terms.size());
        Polynomial.Builder rest = new Polynomial.Builder(terms.size());
        for (int term = 0; term < terms.size(); term++) {
            long coefficient = terms.coefficient(term);
            Optional<Monomial> reduced = terms.monomial(term).dividedBy(by);
            long whole = reduced.isPresent() ? Math.floorDiv(coefficient, step) : 0;
            if (whole != 0) {
                quotient.append(reduced.get(), whole);
            }
            rest.append(terms.monomial(term), coefficient - whole * step);
        }
        Dim whole = new Dim(quotient.sorted());
        Dim remainder = new Dim(rest.build());
        if (remainder.terms.size() == 0) {
            return whole;
        }
        if (divisor.isConstant() && remainder.isConstant()) {
            return whole.plus(Math.floorDiv(remainder.constant(), step));
        }
        return whole.plus(reducedDivision(remainder, divisor));
    }

    /** {@code floordiv(remainder, divisor)} with common factors and nested constant divisions removed. */
    private static Dim reducedDivision(Dim remainder, Dim divisor) {
        if (!divisor.isConstant() || divisor.constant() <= 1) {
            return atom(new FloorDiv(remainder, divisor));
        }
        Polynomial terms = remainder.terms;
        long step = divisor.constant();
        long common = step;
        for (int term = 0; term < terms.size(); term++) {
            if (terms.monomial(term).degree() > 0) {
                common = Divisors.greatestCommon(common, Math.abs(terms.coefficient(term)));
            }
        }
        if (common > 1) {
            Polynomial.Builder reduced = new Polynomial.Builder(terms.size());
            for (int term = 0; term < terms.size(); term++) {
                reduced.append(terms.monomial(term), Math.floorDiv(terms.coefficient(term), common));
            }
            return new Dim(reduced.build()).floorDiv(of(step / common));
        }
        if (terms.size() == 1
                && terms.coefficient(0) == 1
                && terms.monomial(0).degree() == 1
                && terms.monomial(0).atom(0) instanceof FloorDiv(Dim inner, Dim by)
                && by.isConstant()
                && by.constant() > 0) {
            return inner.floorDiv(of(Exact.product(by.constant(), step)));
        }
        return atom(new FloorDiv(remainder, divisor));
    }

    /** The quotient by a divisor of several terms when this is a monomial or constant multiple of it. */
    private Optional<Dim> exactQuotient(Dim divisor) {
        if (terms.size() == 0) {
            return Optional.of(ZERO);
        }
        Optional<Monomial> monomial = terms.monomial(0).dividedBy(divisor.terms.monomial(0));
        long lead = divisor.terms.coefficient(0);
        if (monomial.isEmpty() || terms.coefficient(0) % lead != 0) {
            return Optional.empty();
        }
        Dim quotient = new Dim(Polynomial.of(monomial.get(), terms.coefficient(0) / lead));
        Dim rest = minus(quotient.times(divisor));
        if (rest.terms.size() >= terms.size() && rest.terms.size() > 0) {
            return Optional.empty();
        }
        return rest.exactQuotient(divisor).map(quotient::plus);
    }

    /** Division rounding to positive infinity, for a positive divisor. */
    public Dim ceilDiv(Dim divisor) {
        return plus(divisor).minus(1).floorDiv(divisor);
    }

    /** The remainder of {@link #floorDiv}. */
    public Dim mod(Dim divisor) {
        return minus(divisor.times(floorDiv(divisor)));
    }

    /** The lesser of the two. */
    public Dim min(Dim other) {
        OptionalLong difference = minus(other).asConstant();
        if (difference.isPresent()) {
            return difference.getAsLong() <= 0 ? this : other;
        }
        return toString().compareTo(other.toString()) <= 0 ? atom(new Min(this, other)) : atom(new Min(other, this));
    }

    /** The greater of the two. */
    public Dim max(Dim other) {
        OptionalLong difference = minus(other).asConstant();
        if (difference.isPresent()) {
            return difference.getAsLong() >= 0 ? this : other;
        }
        return toString().compareTo(other.toString()) <= 0 ? atom(new Max(this, other)) : atom(new Max(other, this));
    }

    /** Whether this has no symbols. */
    public boolean isConstant() {
        return terms.isConstant();
    }

    /** Whether this is the constant {@code value}. */
    public boolean is(long value) {
        return isConstant() && constant() == value;
    }

    /** The value if this is constant. */
    public OptionalLong asConstant() {
        return isConstant() ? OptionalLong.of(constant()) : OptionalLong.empty();
    }

    /** The value; an {@link IllegalStateException} if this is not constant. */
    public long constant() {
        if (!isConstant()) {
            throw new IllegalStateException(this + " is not constant");
        }
        return terms.size() == 0 ? 0 : terms.coefficient(0);
    }

    /** The terms, of higher degree first, the constant last; none for zero. */
    public List<Term> terms() {
        List<Term> known = list;
        if (known == null) {
            Term[] each = new Term[terms.size()];
            for (int term = 0; term < each.length; term++) {
                each[term] =
                        new Term(terms.coefficient(term), terms.monomial(term).atoms());
            }
            known = List.of(each);
            list = known;
        }
        return known;
    }

    /** The names of all symbols, those inside divisions included. */
    public Set<String> symbols() {
        Set<String> names = symbols;
        if (names == null) {
            Set<String> collected = new LinkedHashSet<>();
            for (int term = 0; term < terms.size(); term++) {
                Monomial monomial = terms.monomial(term);
                for (int position = 0; position < monomial.degree(); position++) {
                    collected.addAll(symbols(monomial.atom(position)));
                }
            }
            names = Collections.unmodifiableSet(collected);
            symbols = names;
        }
        return names;
    }

    private static Set<String> symbols(Atom atom) {
        return switch (atom) {
            case Symbol(String name) -> Set.of(name);
            case FloorDiv(Dim left, Dim right) -> union(left, right);
            case Min(Dim left, Dim right) -> union(left, right);
            case Max(Dim left, Dim right) -> union(left, right);
        };
    }

    private static Set<String> union(Dim left, Dim right) {
        if (right.symbols().isEmpty()) {
            return left.symbols();
        }
        Set<String> names = new LinkedHashSet<>(left.symbols());
        names.addAll(right.symbols());
        return names;
    }

    /** Whether {@code symbol} occurs. */
    public boolean dependsOn(String symbol) {
        Set<String> names = symbols;
        if (names != null) {
            return names.contains(symbol);
        }
        return terms.dependsOn(symbol);
    }

    /** Whether {@code symbol} occurs in {@code atom}. */
    public static boolean dependsOn(Atom atom, String symbol) {
        return switch (atom) {
            case Symbol(String name) -> name.equals(symbol);
            case FloorDiv(Dim left, Dim right) -> left.dependsOn(symbol) || right.dependsOn(symbol);
            case Min(Dim left, Dim right) -> left.dependsOn(symbol) || right.dependsOn(symbol);
            case Max(Dim left, Dim right) -> left.dependsOn(symbol) || right.dependsOn(symbol);
        };
    }

    /**
     * The factor of {@code symbol} if this is {@code factor*symbol + rest} with neither depending on it; zero if it does
     * not occur; empty if it occurs in a power or inside a division, minimum or maximum.
     */
    public Optional<Dim> coefficient(String symbol) {
        if (!dependsOn(symbol)) {
            return Optional.of(ZERO);
        }
        Polynomial.Builder factor = new Polynomial.Builder(terms.size());
        Monomial key = Monomial.of(new Symbol(symbol));
        for (int term = 0; term < terms.size(); term++) {
            Monomial monomial = terms.monomial(term);
            Optional<Monomial> reduced = monomial.dividedBy(key);
            Monomial rest = reduced.orElse(monomial);
            for (int position = 0; position < rest.degree(); position++) {
                if (dependsOn(rest.atom(position), symbol)) {
                    return Optional.empty();
                }
            }
            if (reduced.isPresent()) {
                factor.append(rest, terms.coefficient(term));
            }
        }
        return Optional.of(new Dim(factor.sorted()));
    }

    /** This with each symbol replaced by what {@code values} gives for it, where it gives something. */
    public Dim substitute(Map<String, Dim> values) {
        if (!dependsOnAny(values.keySet())) {
            return this;
        }
        Polynomial.Builder kept = new Polynomial.Builder(terms.size());
        Polynomial changed = Polynomial.ZERO;
        for (int term = 0; term < terms.size(); term++) {
            Monomial monomial = terms.monomial(term);
            Monomial rest = Monomial.UNIT;
            Polynomial product = null;
            for (int position = 0; position < monomial.degree(); position++) {
                Atom atom = monomial.atom(position);
                if (!dependsOnAny(atom, values.keySet())) {
                    rest = rest.times(Monomial.of(atom));
                } else {
                    Polynomial replacement = substitute(atom, values).terms;
                    product = product == null ? replacement : product.times(replacement);
                }
            }
            if (product == null) {
                kept.append(monomial, terms.coefficient(term));
            } else {
                changed = changed.plus(product.times(Polynomial.of(rest, terms.coefficient(term))));
            }
        }
        return new Dim(changed.plus(kept.build()));
    }

    private static Dim substitute(Atom atom, Map<String, Dim> values) {
        return switch (atom) {
            case Symbol(String name) -> values.get(name);
            case FloorDiv(Dim left, Dim right) -> left.substitute(values).floorDiv(right.substitute(values));
            case Min(Dim left, Dim right) -> left.substitute(values).min(right.substitute(values));
            case Max(Dim left, Dim right) -> left.substitute(values).max(right.substitute(values));
        };
    }

    /** Whether any of {@code names} occurs. */
    public boolean dependsOnAny(Set<String> names) {
        return terms.dependsOnAny(names);
    }

    /** Whether any of {@code names} occurs in {@code atom}. */
    static boolean dependsOnAny(Atom atom, Set<String> names) {
        return switch (atom) {
            case Symbol(String name) -> names.contains(name);
            case FloorDiv(Dim left, Dim right) -> left.dependsOnAny(names) || right.dependsOnAny(names);
            case Min(Dim left, Dim right) -> left.dependsOnAny(names) || right.dependsOnAny(names);
            case Max(Dim left, Dim right) -> left.dependsOnAny(names) || right.dependsOnAny(names);
        };
    }

    /** The value with the given symbol values; {@link ArithmeticException} on overflow or division by zero. */
    public long evaluate(ToLongFunction<String> values) {
        long sum = 0;
        for (int term = 0; term < terms.size(); term++) {
            long product = terms.coefficient(term);
            Monomial monomial = terms.monomial(term);
            for (int position = 0; position < monomial.degree(); position++) {
                long value = switch (monomial.atom(position)) {
                    case Symbol(String name) -> values.applyAsLong(name);
                    case FloorDiv(Dim left, Dim right) -> Math.floorDiv(left.evaluate(values), right.evaluate(values));
                    case Min(Dim left, Dim right) -> Math.min(left.evaluate(values), right.evaluate(values));
                    case Max(Dim left, Dim right) -> Math.max(left.evaluate(values), right.evaluate(values));
                };
                product = Exact.product(product, value);
            }
            sum = Exact.sum(sum, product);
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dim that && (this == that || terms.equals(that.terms));
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    /** The canonical text, such as {@code 4*i + floordiv(n, 8) - 1}. */
    @Override
    public String toString() {
        String printed = text;
        if (printed == null) {
            printed = terms.text();
            text = printed;
        }
        return printed;
    }
}
