package dev.quern.ir.text;

import dev.quern.ir.Dim;
import dev.quern.ir.text.grammar.QuernParser;

/** Expressions that are not negative, as the comparisons that they are. */
final class ConditionText {
    private ConditionText() {}

    /** {@code i < n} for {@code n - i - 1 >= 0}: terms with a minus change sides, and so does a surplus one. */
    static String of(Dim nonNegative) {
        Dim left = Dim.ZERO;
        Dim right = Dim.ZERO;
        for (Dim.Term term : nonNegative.terms()) {
            Dim one = Dim.of(term);
            if (term.coefficient() < 0 && term.coefficient() != Long.MIN_VALUE) {
                right = right.minus(one);
            } else {
                left = left.plus(one);
            }
        }
        Dim below = right.minus(1);
        boolean strict =
                !right.isConstant() && below.terms().size() < right.terms().size();
        return strict ? below + " < " + left : left + " >= " + right;
    }

    /** The expression that a condition says is not negative. */
    static Dim read(QuernParser.ConditionContext context) {
        Dim left = DimReader.read(context.dim(0));
        Dim right = DimReader.read(context.dim(1));
        try {
            boolean below = context.getChild(1).getText().equals("<");
            return below ? right.minus(left).minus(1) : left.minus(right);
        } catch (ArithmeticException overflow) {
            throw SyntaxErrors.at(context, "a difference of 64 bits");
        }
    }
}
