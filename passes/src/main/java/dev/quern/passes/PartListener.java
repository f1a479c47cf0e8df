package dev.quern.passes;

/** Is told how long parts of a compilation took, on the threads that did them. */
@FunctionalInterface
public interface PartListener {
    /** Wants to know nothing. */
    PartListener NONE = (part, name, nanoseconds) -> {};

    /**
     * A part is done.
     *
     * @param name of the pass, the kernel or the graph
     */
    void done(CompilationPart part, String name, long nanoseconds);
}
