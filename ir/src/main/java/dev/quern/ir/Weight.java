package dev.quern.ir;

import dev.quern.Limits;

/** How much there is inside an atom; divisions inside divisions would otherwise double with each. */
final class Weight {
    private Weight() {}

    static int of(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol symbol -> 1;
            case Dim.FloorDiv(Dim left, Dim right) -> of(left, right);
            case Dim.Min(Dim left, Dim right) -> of(left, right);
            case Dim.Max(Dim left, Dim right) -> of(left, right);
        };
    }

    private static int of(Dim left, Dim right) {
        return 1 + left.polynomial().weight() + right.polynomial().weight();
    }

    /** Refuses an atom of more than {@link Limits#SIZE_ATOMS}. */
    static void check(Dim.Atom atom) {
        if (of(atom) > Limits.SIZE_ATOMS) {
            throw new SizeLimitException(
                    "an expression of sizes has more than " + Limits.SIZE_ATOMS + " symbols and divisions");
        }
    }
}
