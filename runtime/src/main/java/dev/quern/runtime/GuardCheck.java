package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.graph.ShapeGuard;

/** Evaluates guards. */
final class GuardCheck {
    private GuardCheck() {}

    /** Whether {@code guard} holds, its symbols being known. */
    static boolean holds(ShapeGuard guard, SymbolValues symbols) {
        long left = guard.left().evaluate(symbols::get);
        long right = guard.right().evaluate(symbols::get);
        return switch (guard.relation()) {
            case EQUAL -> left == right;
            case AT_LEAST -> left >= right;
        };
    }

    /** The error for inputs of which {@code guard} does not hold. */
    static ModelException failure(String where, ShapeGuard guard, SymbolValues symbols) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                where,
                "expected " + guard + " (" + guard.reason() + "), found "
                        + guard.left().evaluate(symbols::get) + " and "
                        + guard.right().evaluate(symbols::get) + " for " + symbols
                        + "; give inputs of sizes that agree");
    }
}
