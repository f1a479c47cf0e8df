package dev.quern.ir;

/**
 * Arithmetic on sizes that leaves 64 bits, or an expression of sizes that becomes too large. Whoever can do without the
 * expression catches this; otherwise it is told as a {@link dev.quern.ModelException} of code {@code LIMIT}.
 */
public final class SizeLimitException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** An exception that says {@code message}. */
    public SizeLimitException(String message) {
        super(message);
    }
}
