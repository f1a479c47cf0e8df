package dev.quern.vector;

import java.lang.ref.SoftReference;

/**
 * Scratch arrays of a thread, which one kernel after the other writes: what is made anew for each is zeroed first, and is in no cache. Held
 * softly, and no more than one kernel takes.
 */
final class ThreadScratch {
    /** Arrays that a thread keeps, at most; those of a kernel have numbers from 0. */
    static final int SLOTS = 4;

    /** Elements up to which an array is kept. */
    private static final int MOST_KEPT = 4 << 20;

    private static final ThreadLocal<SoftReference<ThreadScratch>> CURRENT = new ThreadLocal<>();

    private final float[][] slots = new float[SLOTS][];

    private ThreadScratch() {}

    /**
     * An array of at least {@code length} elements, whatever they are; called by generated code.
     *
     * @param slot which of the kernel's arrays it is
     */
    static float[] floats(int length, int slot) {
        if (length > MOST_KEPT) {
            return new float[length];
        }
        SoftReference<ThreadScratch> reference = CURRENT.get();
        ThreadScratch scratch = reference == null ? null : reference.get();
        if (scratch == null) {
            scratch = new ThreadScratch();
            CURRENT.set(new SoftReference<>(scratch));
        }
        float[] kept = scratch.slots[slot];
        if (kept == null || kept.length < length) {
            kept = new float[length];
            scratch.slots[slot] = kept;
        }
        return kept;
    }
}
