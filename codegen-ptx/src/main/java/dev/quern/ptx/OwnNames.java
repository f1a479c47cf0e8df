package dev.quern.ptx;

/** Names that this back end gives, which no kernel may have: a model chooses what its symbols are called. */
final class OwnNames {
    private static final String MARK = "\u0001";

    private OwnNames() {}

    /** A name of the back end's own for what {@code words} say. */
    static String of(String words) {
        return MARK + words;
    }

    /** Refuses the kernel if {@code symbol} could be one of these. */
    static void requireOther(String symbol) {
        if (symbol.contains(MARK)) {
            throw PtxRefusal.because("a symbol whose name has control characters");
        }
    }
}
