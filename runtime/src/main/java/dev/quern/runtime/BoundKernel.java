package dev.quern.runtime;

/**
 * A kernel step with its sizes known.
 *
 * @param symbols values of the kernel's symbols
 * @param extent iterations of its parallel loop
 * @param participants threads worth using
 * @param grain iterations a thread takes at a time
 */
record BoundKernel(long[] symbols, long extent, int participants, long grain) {
    /** Scalar operations that outweigh handing a share to another thread: a few microseconds of elementwise work. */
    private static final long LEAST_WORK = 1 << 15;

    private static final int GRAINS_PER_PARTICIPANT = 4;

    /** The split of {@code extent} iterations of {@code work} operations altogether. */
    static BoundKernel split(long[] symbols, long extent, long work, int threads) {
        long worthwhile = Math.min(work / LEAST_WORK, extent);
        int participants = (int) Math.max(1, Math.min(threads, worthwhile));
        long grain = Math.max(1, extent / ((long) participants * GRAINS_PER_PARTICIPANT));
        return new BoundKernel(symbols, extent, participants, grain);
    }
}
