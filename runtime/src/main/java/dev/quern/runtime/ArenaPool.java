package dev.quern.runtime;

import dev.quern.DType;
import java.lang.ref.SoftReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Working memory between runs: one set of arenas per run that was ever in flight at once, the last used first. The
 * collector may take idle sets when the heap is short.
 */
final class ArenaPool {
    private final ConcurrentLinkedDeque<SoftReference<Map<DType, AlignedArrays.LinePlace>>> idle =
            new ConcurrentLinkedDeque<>();

    /**
     * A set of arenas of at least these sizes, for one run.
     *
     * @param elements size of each in elements
     * @param owner program, for messages
     */
    Map<DType, AlignedArrays.LinePlace> take(Map<DType, Long> elements, String owner) {
        Map<DType, AlignedArrays.LinePlace> arenas = idleSet();
        elements.forEach((dtype, size) -> {
            AlignedArrays.LinePlace arena = arenas.get(dtype);
            if (arena == null || arena.capacity(dtype) < size) {
                arenas.remove(dtype);
                arenas.put(dtype, new AlignedArrays(ArrayAlignment.ofThisJvm()).allocate(dtype, size, owner));
            }
        });
        return arenas;
    }

    private Map<DType, AlignedArrays.LinePlace> idleSet() {
        for (SoftReference<Map<DType, AlignedArrays.LinePlace>> reference = idle.pollFirst();
                reference != null;
                reference = idle.pollFirst()) {
            Map<DType, AlignedArrays.LinePlace> arenas = reference.get();
            if (arenas != null) {
                return arenas;
            }
        }
        return new EnumMap<>(DType.class);
    }

    /** Hands a set back. */
    void give(Map<DType, AlignedArrays.LinePlace> arenas) {
        idle.addFirst(new SoftReference<>(arenas));
    }

    /** Forgets every idle set. */
    void clear() {
        idle.clear();
    }
}
