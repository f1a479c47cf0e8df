package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import java.util.List;

/**
 * Comparisons of indices. They are made in 32 bits, as many at once as there are floats, where both sides are certain to fit: a tensor
 * has fewer than 2^31 elements, so that an index along an axis does, and so does the sum or the difference of two; a multiple need
 * not.
 */
final class IndexWidth {
    /** A tensor has this many elements fewer than 2^31. */
    private static final long SPARE = 8;

    private IndexWidth() {}

    static Expr compare(CompareOp relation, Dim left, Dim right) {
        DType type = fits(left) && fits(right) ? DType.I32 : DType.I64;
        return new Expr.Comparison(relation, new Expr.Index(left, type), new Expr.Index(right, type));
    }

    /** Whether {@code index} is certain to be a 32-bit integer. */
    private static boolean fits(Dim index) {
        if (index.isConstant()) {
            return index.constant() == (int) index.constant();
        }
        List<Dim.Term> variable =
                index.terms().stream().filter(term -> !term.atoms().isEmpty()).toList();
        long constant = index.terms().stream()
                .filter(term -> term.atoms().isEmpty())
                .mapToLong(Dim.Term::coefficient)
                .sum();
        return variable.size() <= 2
                && Math.abs(constant) <= SPARE
                && variable.stream().allMatch(IndexWidth::isAnIndex);
    }

    private static boolean isAnIndex(Dim.Term term) {
        if (term.atoms().size() != 1) {
            return false;
        }
        return switch (term.atoms().getFirst()) {
            case Dim.Symbol symbol -> Math.abs(term.coefficient()) == 1;
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                denominator.isConstant() && Math.abs(term.coefficient()) <= denominator.constant() && fits(numerator);
            case Dim.Min(Dim left, Dim right) -> Math.abs(term.coefficient()) == 1 && fits(left) && fits(right);
            case Dim.Max(Dim left, Dim right) -> Math.abs(term.coefficient()) == 1 && fits(left) && fits(right);
        };
    }
}
