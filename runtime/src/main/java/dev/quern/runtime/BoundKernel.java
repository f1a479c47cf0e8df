package dev.quern.runtime;

import dev.quern.ir.backend.Executable;

/**
 * A kernel step with its sizes known.
 *
 * @param executable the code of the form that they choose
 * @param symbols values of the kernel's symbols
 * @param extent iterations of its parallel loop
 * @param participants threads worth using
 * @param grain iterations a thread takes at a time
 * @param work scalar operations altogether
 */
record BoundKernel(Executable executable, long[] symbols, long extent, int participants, long grain, long work) {
    /** Scalar operations that outweigh handing a share to another thread: a few microseconds of elementwise work. */
    private static final long LEAST_WORK = 1 << 15;

    private static final int GRAINS_PER_PARTICIPANT = 4;

    /** Scalar operations after which a run looks at its time limit: a tenth of a second, give or take what they are. */
    private static final long MOST_WORK = 1L << 28;

    /** Whether the calling thread does all of it at once. */
    boolean isShort() {
        return participants == 1 && work < MOST_WORK;
    }

    /** The split of {@code extent} iterations of {@code work} operations altogether. */
    static BoundKernel split(Executable executable, long[] symbols, long extent, long work, int threads) {
        long worthwhile = Math.min(work / LEAST_WORK, extent);
        int participants = (int) Math.max(1, Math.min(threads, worthwhile));
        long grain = Math.max(1, extent / ((long) participants * GRAINS_PER_PARTICIPANT));
        long parts = work / MOST_WORK + 1;
        return new BoundKernel(
                executable, symbols, extent, participants, Math.max(1, Math.min(grain, extent / parts)), work);
    }
}
