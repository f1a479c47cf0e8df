package dev.quern.cli.bench;

/** A contender cannot be measured. */
public final class BenchFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Contender contender;
    private final boolean refused;

    BenchFailure(Contender contender, boolean refused, String message) {
        super(contender.name() + ": " + message);
        this.contender = contender;
        this.refused = refused;
    }

    /** Who failed. */
    public Contender contender() {
        return contender;
    }

    /** Whether the contender refused the model, as it may; otherwise something is broken. */
    public boolean isRefusal() {
        return refused;
    }
}
