package dev.quern.ir.kernel;

/**
 * How the iterations of a loop are run; none changes what they mean, save that {@link #VECTOR} tells the order of {@link Stmt.ReduceInto}.
 *
 * <p><b>Grids.</b> A kernel for a grid is one launch, or a block of launches that run one after the other. A launch is a nest of
 * {@link #BLOCK} loops around statements that all threads of a block run alike, and in these {@link #THREAD} loops (or {@link #LANE} loops in
 * {@link #WARP} loops), in which each thread has iterations of its own. As everywhere, a statement is done before the next begins: what a thread loop
 * has written, each thread of the block may read afterwards. A back end waits at barriers for that, and keeps what several threads touch in memory
 * that they share, registers too.
 */
public enum LoopKind {
    /** One after the other. */
    SERIAL,
    /** Split among threads by the caller; only the outermost loop of a kernel. */
    PARALLEL,
    /** One lane each; a constant extent. */
    VECTOR,
    /** Replicated; a constant extent. */
    UNROLL,
    /** One block of a grid each, in any order; only around a whole launch. */
    BLOCK,
    /** One warp of a block each. */
    WARP,
    /** One thread of a block each. */
    THREAD,
    /** One lane of a warp each. */
    LANE;

    /** Whether it is one of the loops of a grid. */
    public boolean isOfGrid() {
        return switch (this) {
            case BLOCK, WARP, THREAD, LANE -> true;
            case SERIAL, PARALLEL, VECTOR, UNROLL -> false;
        };
    }
}
