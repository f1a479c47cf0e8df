package dev.quern.ir.graph;

import dev.quern.ir.Dim;

/** Division of extents that were divided before, as chains of strided windows make them. */
final class Quotients {
    private Quotients() {}

    /** {@code floordiv(floordiv(a, b) + c, d) = floordiv(a + b*c, b*d)}, for constants b, c and d above 0. */
    static Dim floorDiv(Dim numerator, long divisor) {
        for (Dim.Term term : numerator.terms()) {
            if (term.coefficient() == 1
                    && term.atoms().size() == 1
                    && term.atoms().getFirst() instanceof Dim.FloorDiv(Dim inner, Dim by)
                    && by.isConstant()
                    && by.constant() > 0) {
                Dim rest = numerator.minus(inner.floorDiv(by));
                if (rest.isConstant()) {
                    return inner.plus(rest.times(by)).floorDiv(by.times(divisor));
                }
            }
        }
        return numerator.floorDiv(Dim.of(divisor));
    }
}
