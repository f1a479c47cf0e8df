package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;

/** Which of two extents that are taken to be equal stands for both. */
final class Extents {
    private Extents() {}

    /**
     * A constant, else the one that is proved to be the lesser, else the shorter. Every index below the lesser lies inside both, whether
     * or not they turn out equal, so that indices into either can be proved right.
     */
    static Dim simpler(Dim left, Dim right) {
        if (left.isConstant() || right.isConstant()) {
            return left.isConstant() ? left : right;
        }
        if (DimRanges.NONE.atMost(left, right)) {
            return left;
        }
        if (DimRanges.NONE.atMost(right, left)) {
            return right;
        }
        return left.terms().size() <= right.terms().size() ? left : right;
    }
}
