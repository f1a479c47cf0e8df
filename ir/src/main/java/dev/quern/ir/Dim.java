package dev.quern.ir;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
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
    public record Term(long coefficient, List<Atom> atoms) {}

    private final TreeMap<Monomial, Long> terms;
    /** Derived on first use; a race derives an equal one. */
    private String text;
    /** Derived on first use; a race derives an equal one. */
    private Set<String> symbols;

    private Dim(TreeMap<Monomial, Long> terms) {
        this.terms = terms;
    }

    /** The constant {@code value}. */
    public static Dim of(long value) {
        TreeMap<Monomial, Long> terms = new TreeMap<>();
        if (value != 0) {
            terms.put(Monomial.UNIT, value);
        }
        return new Dim(terms);
    }

    /** One term as an expression of its own. */
    public static Dim of(Term term) {
        TreeMap<Monomial, Long> terms = new TreeMap<>();
        add(terms, Monomial.of(term.atoms()), term.coefficient());
        return new Dim(terms);
    }

    /** The symbol {@code name}. */
    public static Dim symbol(String name) {
        return atom(new Symbol(name));
    }

    private static Dim atom(Atom atom) {
        TreeMap<Monomial, Long> terms = new TreeMap<>();
        terms.put(Monomial.of(List.of(atom)), 1L);
        return new Dim(terms);
    }

    /** The product of {@code factors}; one if there are none. */
    public static Dim product(Collection<Dim> factors) {
        Dim product = ONE;
        for (Dim factor : factors) {
            product = product.times(factor);
        }
        return product;
    }

    /** The sum; throws {@link ArithmeticException} if a coefficient leaves 64 bits. */
    public Dim plus(Dim other) {
        TreeMap<Monomial, Long> sum = new TreeMap<>(terms);
        other.terms.forEach((monomial, coefficient) -> add(sum, monomial, coefficient));
        return new Dim(sum);
    }

    /** The sum with a constant. */
    public Dim plus(long constant) {
        return constant == 0 ? this : plus(of(constant));
    }

    /** The difference. */
    public Dim minus(Dim other) {
        return plus(other.times(-1));
    }

    /** The difference with a constant. */
    public Dim minus(long constant) {
        return plus(-constant);
    }

    /** The product. */
    public Dim times(Dim other) {
        TreeMap<Monomial, Long> product = new TreeMap<>();
        terms.forEach((left, leftCoefficient) -> other.terms.forEach((right, rightCoefficient) ->
                add(product, left.times(right), Math.multiplyExact(leftCoefficient, rightCoefficient))));
        return new Dim(product);
    }

    /** The product with a constant. */
    public Dim times(long factor) {
        return factor == 1 ? this : times(of(factor));
    }

    private static void add(TreeMap<Monomial, Long> terms, Monomial monomial, long coefficient) {
        long sum = Math.addExact(terms.getOrDefault(monomial, 0L), coefficient);
        if (sum == 0) {
            terms.remove(monomial);
        } else {
            terms.put(monomial, sum);
        }
    }

    /** Division rounding to negative infinity; whole multiples of {@code divisor} are taken out of the division. */
    public Dim floorDiv(Dim divisor) {
        if (divisor.terms.isEmpty()) {
            throw new ArithmeticException("division of " + this + " by zero");
        }
        if (divisor.terms.size() != 1) {
            Optional<Dim> exact = exactQuotient(divisor);
            return exact.orElseGet(() -> atom(new FloorDiv(this, divisor)));
        }
        Monomial by = divisor.terms.firstKey();
        long step = divisor.terms.firstEntry().getValue();
        TreeMap<Monomial, Long> quotient = new TreeMap<>();
        TreeMap<Monomial, Long> rest = new TreeMap<>();
        terms.forEach((monomial, coefficient) -> {
            Optional<Monomial> reduced = monomial.dividedBy(by);
            long whole = reduced.isPresent() ? Math.floorDiv(coefficient, step) : 0;
            if (whole != 0) {
                add(quotient, reduced.get(), whole);
            }
            long left = coefficient - whole * step;
            if (left != 0) {
                add(rest, monomial, left);
            }
        });
        Dim remainder = new Dim(rest);
        if (rest.isEmpty()) {
            return new Dim(quotient);
        }
        if (divisor.isConstant() && remainder.isConstant()) {
            return new Dim(quotient).plus(Math.floorDiv(remainder.constant(), step));
        }
        return new Dim(quotient).plus(reducedDivision(remainder, divisor));
    }

    /** {@code floordiv(remainder, divisor)} with common factors and nested constant divisions removed. */
    private static Dim reducedDivision(Dim remainder, Dim divisor) {
        if (!divisor.isConstant() || divisor.constant() <= 1) {
            return atom(new FloorDiv(remainder, divisor));
        }
        long step = divisor.constant();
        long common = step;
        for (Map.Entry<Monomial, Long> term : remainder.terms.entrySet()) {
            if (!term.getKey().equals(Monomial.UNIT)) {
                common = gcd(common, Math.abs(term.getValue()));
            }
        }
        if (common > 1) {
            TreeMap<Monomial, Long> reduced = new TreeMap<>();
            for (Map.Entry<Monomial, Long> term : remainder.terms.entrySet()) {
                add(reduced, term.getKey(), Math.floorDiv(term.getValue(), common));
            }
            return new Dim(reduced).floorDiv(of(step / common));
        }
        if (remainder.terms.size() == 1
                && remainder.terms.firstEntry().getValue() == 1
                && remainder.terms.firstKey().atoms().size() == 1
                && remainder.terms.firstKey().atoms().getFirst() instanceof FloorDiv(Dim inner, Dim by)
                && by.isConstant()
                && by.constant() > 0) {
            return inner.floorDiv(of(Math.multiplyExact(by.constant(), step)));
        }
        return atom(new FloorDiv(remainder, divisor));
    }

    /** The quotient by a divisor of several terms when this is a monomial or constant multiple of it. */
    private Optional<Dim> exactQuotient(Dim divisor) {
        if (terms.isEmpty()) {
            return Optional.of(ZERO);
        }
        Optional<Monomial> monomial = terms.firstKey().dividedBy(divisor.terms.firstKey());
        long lead = divisor.terms.firstEntry().getValue();
        if (monomial.isEmpty() || terms.firstEntry().getValue() % lead != 0) {
            return Optional.empty();
        }
        TreeMap<Monomial, Long> candidate = new TreeMap<>();
        candidate.put(monomial.get(), terms.firstEntry().getValue() / lead);
        Dim quotient = new Dim(candidate);
        Dim rest = minus(quotient.times(divisor));
        if (rest.terms.size() >= terms.size() && !rest.terms.isEmpty()) {
            return Optional.empty();
        }
        return rest.exactQuotient(divisor).map(quotient::plus);
    }

    private static long gcd(long left, long right) {
        return right == 0 ? left : gcd(right, left % right);
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
        return terms.isEmpty() || (terms.size() == 1 && terms.firstKey().equals(Monomial.UNIT));
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
        return terms.isEmpty() ? 0 : terms.firstEntry().getValue();
    }

    /** The terms, of higher degree first, the constant last; none for zero. */
    public List<Term> terms() {
        List<Term> list = new ArrayList<>();
        terms.forEach((monomial, coefficient) -> list.add(new Term(coefficient, monomial.atoms())));
        return list;
    }

    /** The names of all symbols, those inside divisions included. */
    public Set<String> symbols() {
        Set<String> names = symbols;
        if (names == null) {
            Set<String> collected = new LinkedHashSet<>();
            for (Monomial monomial : terms.keySet()) {
                monomial.atoms().forEach(atom -> collected.addAll(symbols(atom)));
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
        return symbols().contains(symbol);
    }

    /**
     * The factor of {@code symbol} if this is {@code factor*symbol + rest} with neither depending on it; zero if it does
     * not occur; empty if it occurs in a power or inside a division, minimum or maximum.
     */
    public Optional<Dim> coefficient(String symbol) {
        if (!dependsOn(symbol)) {
            return Optional.of(ZERO);
        }
        TreeMap<Monomial, Long> factor = new TreeMap<>();
        Monomial key = Monomial.of(List.of(new Symbol(symbol)));
        for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
            Optional<Monomial> reduced = term.getKey().dividedBy(key);
            Monomial rest = reduced.orElse(term.getKey());
            for (Atom atom : rest.atoms()) {
                if (symbols(atom).contains(symbol)) {
                    return Optional.empty();
                }
            }
            if (reduced.isPresent()) {
                factor.put(rest, term.getValue());
            }
        }
        return Optional.of(new Dim(factor));
    }

    /** This with each symbol replaced by what {@code values} gives for it, where it gives something. */
    public Dim substitute(Map<String, Dim> values) {
        if (disjoint(symbols(), values)) {
            return this;
        }
        TreeMap<Monomial, Long> kept = new TreeMap<>();
        Dim changed = ZERO;
        for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
            Monomial rest = Monomial.UNIT;
            Dim product = of(term.getValue());
            boolean touched = false;
            for (Atom atom : term.getKey().atoms()) {
                if (disjoint(symbols(atom), values)) {
                    rest = rest.times(Monomial.of(List.of(atom)));
                } else {
                    touched = true;
                    product = product.times(substitute(atom, values));
                }
            }
            if (touched) {
                TreeMap<Monomial, Long> untouched = new TreeMap<>();
                untouched.put(rest, 1L);
                changed = changed.plus(product.times(new Dim(untouched)));
            } else {
                kept.put(term.getKey(), term.getValue());
            }
        }
        return changed.plus(new Dim(kept));
    }

    private static Dim substitute(Atom atom, Map<String, Dim> values) {
        return switch (atom) {
            case Symbol(String name) -> values.get(name);
            case FloorDiv(Dim left, Dim right) -> left.substitute(values).floorDiv(right.substitute(values));
            case Min(Dim left, Dim right) -> left.substitute(values).min(right.substitute(values));
            case Max(Dim left, Dim right) -> left.substitute(values).max(right.substitute(values));
        };
    }

    private static boolean disjoint(Set<String> symbols, Map<String, Dim> values) {
        for (String symbol : symbols) {
            if (values.containsKey(symbol)) {
                return false;
            }
        }
        return true;
    }

    /** The value with the given symbol values; {@link ArithmeticException} on overflow or division by zero. */
    public long evaluate(ToLongFunction<String> values) {
        long sum = 0;
        for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
            long product = term.getValue();
            for (Atom atom : term.getKey().atoms()) {
                long value = switch (atom) {
                    case Symbol(String name) -> values.applyAsLong(name);
                    case FloorDiv(Dim left, Dim right) -> Math.floorDiv(left.evaluate(values), right.evaluate(values));
                    case Min(Dim left, Dim right) -> Math.min(left.evaluate(values), right.evaluate(values));
                    case Max(Dim left, Dim right) -> Math.max(left.evaluate(values), right.evaluate(values));
                };
                product = Math.multiplyExact(product, value);
            }
            sum = Math.addExact(sum, product);
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

    private static String print(TreeMap<Monomial, Long> terms) {
        if (terms.isEmpty()) {
            return "0";
        }
        StringBuilder out = new StringBuilder();
        terms.forEach((monomial, coefficient) -> {
            long magnitude = coefficient;
            if (out.isEmpty()) {
                if (coefficient < 0 && coefficient != Long.MIN_VALUE) {
                    out.append('-');
                    magnitude = -coefficient;
                }
            } else {
                boolean negative = coefficient < 0 && coefficient != Long.MIN_VALUE;
                out.append(negative ? " - " : " + ");
                magnitude = negative ? -coefficient : coefficient;
            }
            if (monomial.atoms().isEmpty()) {
                out.append(magnitude);
            } else {
                out.append(magnitude == 1 ? "" : magnitude + "*").append(monomial.text());
            }
        });
        return out.toString();
    }

    /** The canonical text, such as {@code 4*i + floordiv(n, 8) - 1}. */
    @Override
    public String toString() {
        String printed = text;
        if (printed == null) {
            printed = print(terms);
            text = printed;
        }
        return printed;
    }
}
