package dev.quern.ir.kernel;

/** How the iterations of a loop are run; none changes what they mean, save that {@link #VECTOR} tells the order of {@link Stmt.Reduce}. */
public enum LoopKind {
    /** One after the other. */
    SERIAL,
    /** Split among threads by the caller; only the outermost loop of a kernel. */
    PARALLEL,
    /** One lane each; a constant extent. */
    VECTOR,
    /** Replicated; a constant extent. */
    UNROLL,
    /** One thread block of a grid each. */
    BLOCK,
    /** One warp of a block each. */
    WARP,
    /** One thread of a block each. */
    THREAD,
    /** One lane of a warp each. */
    LANE
}
