package dev.quern.ptx;

/** What this back end does not lower. */
final class PtxRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private PtxRefusal(String what) {
        super(what);
    }

    /** A refusal of {@code what}, a noun. */
    static PtxRefusal because(String what) {
        return new PtxRefusal(what);
    }
}
