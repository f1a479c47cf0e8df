package dev.quern.ir.graph;

import dev.quern.ir.Dim;

/** Takes what types rest on but cannot be proved, such as two symbolic extents being equal. */
@FunctionalInterface
public interface Assumptions {
    /** Forgets them: types may differ where they cannot be told apart. */
    Assumptions NONE = (left, relation, right) -> {};

    /** Notes that the types hold only where {@code left relation right} does; called only if that is not certain. */
    void assume(Dim left, ShapeGuard.Relation relation, Dim right);
}
