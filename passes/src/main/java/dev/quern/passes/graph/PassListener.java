package dev.quern.passes.graph;

/** Is told what the passes do. */
public interface PassListener {
    /** Wants to know nothing. */
    PassListener NONE = new PassListener() {};

    /** {@code pass} is about to run; what this throws ends the work. */
    default void begins(GraphPass pass) {}

    /** {@code pass} has run. */
    default void ran(GraphPass pass, long nanoseconds) {}

    /** A pass has replaced something. */
    default void rewrote(Rewrite rewrite) {}
}
