package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.graph.ShapeGuard;

/**
 * A guard does not hold of the sizes of a run: the program must not go on, but one compiled for these sizes may answer. Passes
 * from the program in which the guard is to those around it.
 */
final class UnmetGuard extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ShapeGuard guard;
    private final transient ModelException refusal;
    private transient SymbolValues symbols;

    UnmetGuard(String program, ShapeGuard guard, SymbolValues symbols) {
        super(guard.toString(), null, true, false);
        this.guard = guard;
        this.refusal = GuardCheck.failure(program, guard, symbols);
        this.symbols = symbols;
    }

    ShapeGuard guard() {
        return guard;
    }

    /** What the caller is told if no program answers. */
    ModelException refusal() {
        return refusal;
    }

    /** The sizes known to the outermost program that this has passed. */
    SymbolValues symbols() {
        return symbols;
    }

    /** This, having passed a program that knows {@code outer}; or what failed as that gave back what it had, since no other program answers for it. An error is thrown as it is. */
    RuntimeException through(SymbolValues outer) {
        symbols = outer;
        return switch (getSuppressed().length == 0 ? this : getSuppressed()[0]) {
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case Throwable failure -> new IllegalStateException(failure);
        };
    }
}
