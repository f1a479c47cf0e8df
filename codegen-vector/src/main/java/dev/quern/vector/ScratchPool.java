package dev.quern.vector;

import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Scratch arrays, which one part of a kernel after the other writes: what is made anew for each is zeroed first, and is in no cache. Whoever takes
 * one has it alone until it is given back; one that is not, because a part failed, is garbage. Held softly, two for each processor, however
 * many threads run models.
 */
final class ScratchPool {
    /** Elements up to which an array is kept. */
    private static final int MOST_KEPT = 4 << 20;

    /** An array of more times as many elements as are asked for is left for who needs it. */
    private static final int MOST_TIMES = 8;

    private static final int PLACES = 2 * Runtime.getRuntime().availableProcessors();

    private static volatile SoftReference<AtomicReferenceArray<float[]>> kept = new SoftReference<>(null);

    private ScratchPool() {}

    /** An array of at least {@code length} elements, whatever they are; called by generated code. */
    static float[] take(int length) {
        AtomicReferenceArray<float[]> arrays = kept.get();
        while (arrays != null) {
            int best = -1;
            float[] found = null;
            for (int place = 0; place < PLACES; place++) {
                float[] array = arrays.get(place);
                if (array != null
                        && array.length >= length
                        && array.length / MOST_TIMES <= length
                        && (found == null || array.length < found.length)) {
                    best = place;
                    found = array;
                }
            }
            if (found == null) {
                break;
            }
            if (arrays.compareAndSet(best, found, null)) {
                return found;
            }
        }
        return new float[length];
    }

    /** Keeps {@code array} for the next, if there is a free place or one of a smaller array; called by generated code. */
    static void give(float[] array) {
        if (array.length > MOST_KEPT) {
            return;
        }
        AtomicReferenceArray<float[]> arrays = kept.get();
        if (arrays == null) {
            arrays = new AtomicReferenceArray<>(PLACES);
            kept = new SoftReference<>(arrays);
        }
        for (int place = 0; place < PLACES; place++) {
            if (arrays.get(place) == null && arrays.compareAndSet(place, null, array)) {
                return;
            }
        }
        for (int place = 0; place < PLACES; place++) {
            float[] other = arrays.get(place);
            if (other != null && other.length < array.length && arrays.compareAndSet(place, other, array)) {
                return;
            }
        }
    }
}
