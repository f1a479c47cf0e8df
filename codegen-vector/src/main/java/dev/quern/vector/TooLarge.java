package dev.quern.vector;

/** A method grew beyond what the JIT compiler takes. */
final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Of method {@code method}. */
    TooLarge(String method) {
        super(method, null, false, false);
    }
}
