package dev.quern.zoo;

import org.opentest4j.TestAbortedException;

/** A model is not to be had on this machine. A test that meets this is skipped, not failed. */
public final class ModelAbsentException extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    ModelAbsentException(String model, String reason) {
        super("no model " + model + ": " + reason);
    }
}
