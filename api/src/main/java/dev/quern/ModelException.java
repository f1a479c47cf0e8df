package dev.quern;

import java.util.Objects;

/**
 * Everything that can go wrong while a model is loaded or run. A fault of Quern's own is one too, of code {@link Code#INTERNAL}.
 *
 * <p>Unchecked, because models run inside lambdas, streams, Kotlin and Scala; the one root to catch all the same.
 */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, for programs. */
    public enum Code {
        /** The file is not a well-formed model. */
        MALFORMED_MODEL,
        /** The model is well-formed but breaks a rule of the ONNX specification. */
        INVALID_MODEL,
        /** An operator, version, type or feature that Quern does not have. */
        UNSUPPORTED,
        /** A name, shape, type or value given to {@code run} does not fit the model. */
        INVALID_INPUT,
        /** A limit on size, depth, memory or work was met. */
        LIMIT,
        /** A file could not be read. */
        IO,
        /** A device or driver is missing or failed. */
        DEVICE,
        /** The thread that loads or runs was interrupted; its interrupt status is set. */
        INTERRUPTED,
        /** A fault of Quern's own. The message names a folder with what is needed to reproduce it. */
        INTERNAL
    }

    private final Code code;
    private final String where;

    /**
     * Creates one.
     *
     * @param code what went wrong
     * @param where the place: a file, node, input or option
     * @param message what, expected, found, and what to do
     */
    public ModelException(Code code, String where, String message) {
        this(code, where, message, null);
    }

    /** The same with the exception that caused it. */
    public ModelException(Code code, String where, String message, Throwable cause) {
        super(where.isEmpty() ? message : where + ": " + message, cause);
        this.code = Objects.requireNonNull(code);
        this.where = where;
    }

    /** What went wrong. */
    public Code code() {
        return code;
    }

    /** The place: a file, node, input or option. */
    public String where() {
        return where;
    }
}
