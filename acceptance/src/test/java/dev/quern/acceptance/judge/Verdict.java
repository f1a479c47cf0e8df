package dev.quern.acceptance.judge;

/** How a generated model came out. */
public enum Verdict {
    /** Quern, the interpreter and ONNX Runtime agree. */
    AGREED(false),
    /** Quern and the interpreter agree; ONNX Runtime does not run the model. */
    AGREED_ALONE(false),
    /** Quern does what the interpreter does, ONNX Runtime something else that is known of it. */
    KNOWN_DEVIATION(false),
    /** Quern does what the interpreter and an unoptimised ONNX Runtime do, an optimised one something else. */
    PEER_DIFFERS_FROM_ITSELF(false),
    /**
     * Quern, or ONNX Runtime, does node by node on the values that it has itself what the interpreter does on them; results are others
     * because the model makes much of differences that rounding makes.
     */
    AGREED_NODE_BY_NODE(false),
    /** Quern refuses it, and says that it does not have something or that a limit is met. */
    REFUSED(false),
    /** Quern and ONNX Runtime refuse it. */
    REFUSED_BY_BOTH(false),
    /** Quern calls it invalid, ONNX Runtime runs it. */
    CALLED_INVALID(true),
    /** Quern gives something else than the interpreter. */
    DIFFERS_FROM_INTERPRETER(true),
    /** The interpreter gives something else than ONNX Runtime, and Quern what the interpreter gives. */
    DIFFERS_FROM_PEER(true),
    /** Two runs of one form, or two forms, give different bits. */
    NOT_REPEATABLE(true),
    /** Something else than a {@code ModelException} was thrown. */
    EXCEPTION(true),
    /** It took longer than its budget. */
    TOO_SLOW(true),
    /** The JVM ended. */
    CRASH(true);

    private final boolean fault;

    Verdict(boolean fault) {
        this.fault = fault;
    }

    /** Whether Quern gave a right answer. */
    public boolean holds() {
        return this == AGREED
                || this == AGREED_ALONE
                || this == AGREED_NODE_BY_NODE
                || this == KNOWN_DEVIATION
                || this == PEER_DIFFERS_FROM_ITSELF;
    }

    /** Whether it must not happen. */
    public boolean fault() {
        return fault;
    }
}
