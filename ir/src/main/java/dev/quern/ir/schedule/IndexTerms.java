package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Divisors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Indices taken apart and put together. */
final class IndexTerms {
    private IndexTerms() {}

    static Dim of(Dim.Atom atom) {
        return Dim.of(new Dim.Term(1, List.of(atom)));
    }

    /** What an atom is made of. */
    static List<Dim> operands(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol symbol -> List.of();
            case Dim.FloorDiv(Dim left, Dim right) -> List.of(left, right);
            case Dim.Min(Dim left, Dim right) -> List.of(left, right);
            case Dim.Max(Dim left, Dim right) -> List.of(left, right);
        };
    }

    /** Whether there are no divisions, minima and maxima in {@code dim}. */
    static boolean isOfSymbols(Dim dim) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                if (!(atom instanceof Dim.Symbol)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Shows {@code visitor} each atom in {@code dim}, as often as it stands there. */
    static void atoms(Dim dim, Consumer<Dim.Atom> visitor) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                visitor.accept(atom);
                operands(atom).forEach(operand -> atoms(operand, visitor));
            }
        }
    }

    /** Shows {@code visitor} the sum {@code dim} and each sum in it. */
    static void sums(Dim dim, Consumer<Dim> visitor) {
        visitor.accept(dim);
        atoms(dim, atom -> operands(atom).forEach(visitor));
    }

    /** The terms of {@code dim} that are not constant, added by how deep in the kernel they are known. */
    static Iterable<Dim> byDepth(Dim dim, IndexSites sites) {
        Map<Integer, Dim> parts = new TreeMap<>();
        for (Dim.Term term : dim.terms()) {
            if (!term.atoms().isEmpty()) {
                Dim one = Dim.of(term);
                parts.merge(sites.depth(one), one, Dim::plus);
            }
        }
        return parts.values();
    }

    /** {@code sum} divided by what its coefficients have in common, the first of its shortest terms positive. */
    static Dim normal(Dim sum) {
        long common = 0;
        Dim.Term first = sum.terms().getFirst();
        for (Dim.Term term : sum.terms()) {
            common = Divisors.greatestCommon(common, Math.abs(term.coefficient()));
            first = term.atoms().size() < first.atoms().size() ? term : first;
        }
        long factor = first.coefficient() < 0 ? -common : common;
        Dim normal = Dim.ZERO;
        for (Dim.Term term : sum.terms()) {
            normal = normal.plus(Dim.of(new Dim.Term(term.coefficient() / factor, term.atoms())));
        }
        return normal;
    }

    /** {@code dim} with atoms replaced, outer ones before those in them. */
    static Dim replace(Dim dim, Map<Dim.Atom, Dim> values) {
        return rebuilt(dim, atom -> {
            Dim value = values.get(atom);
            return value == null ? withOperands(atom, operand -> replace(operand, values)) : value;
        });
    }

    /** {@code dim} with multiples of {@code sum} in it, and in the sums in it, replaced by those of {@code value}. */
    static Dim replaceSum(Dim dim, Dim sum, Dim value) {
        Dim inner = rebuilt(dim, atom -> withOperands(atom, operand -> replaceSum(operand, sum, value)));
        Dim.Term first = sum.terms().getFirst();
        for (Dim.Term term : inner.terms()) {
            if (term.atoms().equals(first.atoms()) && term.coefficient() % first.coefficient() == 0) {
                long factor = term.coefficient() / first.coefficient();
                Dim rest = inner.minus(sum.times(factor));
                boolean contains = rest.terms().size() + sum.terms().size()
                        == inner.terms().size();
                return contains ? rest.plus(value.times(factor)) : inner;
            }
        }
        return inner;
    }

    private static Dim rebuilt(Dim dim, Function<Dim.Atom, Dim> change) {
        if (isOfSymbols(dim)) {
            return dim;
        }
        Dim sum = Dim.ZERO;
        for (Dim.Term term : dim.terms()) {
            Dim product = Dim.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(change.apply(atom));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private static Dim withOperands(Dim.Atom atom, UnaryOperator<Dim> change) {
        return switch (atom) {
            case Dim.Symbol symbol -> of(symbol);
            case Dim.FloorDiv(Dim left, Dim right) -> change.apply(left).floorDiv(change.apply(right));
            case Dim.Min(Dim left, Dim right) -> change.apply(left).min(change.apply(right));
            case Dim.Max(Dim left, Dim right) -> change.apply(left).max(change.apply(right));
        };
    }
}
