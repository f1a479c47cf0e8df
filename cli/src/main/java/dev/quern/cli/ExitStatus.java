package dev.quern.cli;

/** What the process ends with. */
final class ExitStatus {
    static final int OK = 0;

    /** {@code check}: the results differ; {@code bench}: slower than the earlier build. */
    static final int DISAGREEMENT = 1;

    /** The model, an input or the command line is at fault. */
    static final int BAD_INPUT = 2;

    /** {@code check} and {@code bench}: what to compare with is not there. */
    static final int NO_PEER = 3;

    /** Quern is at fault. */
    static final int BUG = 70;

    private ExitStatus() {}
}
