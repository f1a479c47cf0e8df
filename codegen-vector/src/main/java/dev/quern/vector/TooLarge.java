package dev.quern.vector;

/** A method grew beyond what the JIT compiler takes. */
final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The method. */
    final String method;

    TooLarge(String method) {
        super(method, null, false, false);
        this.method = method;
    }
}
