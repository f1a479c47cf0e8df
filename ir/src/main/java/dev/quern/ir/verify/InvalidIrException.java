package dev.quern.ir.verify;

import dev.quern.ModelException;

/** A graph or kernel breaks a rule of the IR: a bug of whatever made it. The message says what, where, expected and found. */
public final class InvalidIrException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public InvalidIrException(String where, String what, Object expected, Object found) {
        super(where + ": " + what + ": expected " + expected + ", found " + found);
    }

    /** Creates one for a misfit of types, whose message says the rest. */
    InvalidIrException(String where, ModelException misfit) {
        super(where + ": " + misfit.getMessage(), misfit);
    }
}
