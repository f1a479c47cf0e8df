package dev.quern.ir.graph;

import dev.quern.ir.Dim;

/**
 * An assumption that the graph's types rest on, checked when inputs are bound: both sides are equal, or
 * {@code left >= right}.
 *
 * @param left one side
 * @param relation how they compare
 * @param right the other side
 * @param reason which node asks for it, for messages
 */
public record ShapeGuard(Dim left, Relation relation, Dim right, String reason) {
    /** How the sides compare. */
    public enum Relation {
        EQUAL,
        AT_LEAST
    }

    @Override
    public String toString() {
        return left + (relation == Relation.EQUAL ? " == " : " >= ") + right;
    }
}
