package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Memory in Java arrays that begins on cache lines where {@link ArrayAlignment} knows how: what is too small for an array whose address is
 * known shares one with others of its kind. Such an array lives as long as anything in it, so that only what is of use together should be
 * allocated from one of these.
 */
final class AlignedArrays {
    /** Regions of a shared array at most: few, so that they are found side by side; not one, so that what stays free is little. */
    private static final int REGIONS = 4;

    /** Less than this is not worth a place. */
    private static final long LEAST_BYTES = 1024;

    /**
     * Memory for a tensor.
     *
     * @param first position of its first element, in elements of the array
     */
    record LinePlace(Object array, int first) {
        /** How many elements of {@code dtype} fit. */
        long capacity(DType dtype) {
            return ArrayKind.capacity(array, dtype) - first;
        }

        /** Overwrites elements {@code from} to {@code to} of the tensor with what no result should have. */
        void poison(DType dtype, long from, long to) {
            ArrayKind.poison(array, dtype, first + from, first + to);
        }
    }

    /** An array being handed out. */
    private static final class Slab {
        final Object array;
        final long elements;
        long next;

        Slab(Object array, long elements, long next) {
            this.array = array;
            this.elements = elements;
            this.next = next;
        }
    }

    private final ArrayAlignment alignment;
    private final Map<ArrayKind, Long> expected = new EnumMap<>(ArrayKind.class);
    private final Map<ArrayKind, List<Slab>> slabs = new EnumMap<>(ArrayKind.class);

    AlignedArrays(ArrayAlignment alignment) {
        this.alignment = alignment;
    }

    /** Says that so much will be asked for at most: arrays are shared only by so much that one has regions of its own. */
    synchronized void expect(DType dtype, long elements) {
        long bytes = dtype.byteSize(elements);
        if (isShared(dtype, bytes)) {
            expected.merge(ArrayKind.of(dtype), lines(bytes), Long::sum);
        }
    }

    /**
     * Zeroed memory for {@code elements} elements.
     *
     * @param owner whose memory it is, for the message
     * @throws dev.quern.ModelException if no array is that long or the heap has no room
     */
    LinePlace allocate(DType dtype, long elements, String owner) {
        ArrayKind kind = ArrayKind.of(dtype);
        long bytes = dtype.byteSize(elements);
        if (isShared(dtype, bytes)) {
            LinePlace shared = shared(kind, lines(bytes), owner);
            if (shared != null) {
                return shared;
            }
        } else if (isAligned(dtype, bytes)) {
            int first = alignment.firstElement(kind);
            if (elements <= ArrayKind.MOST_ELEMENTS - first) {
                return new LinePlace(ArrayKind.allocate(kind, elements + first, owner), first);
            }
        }
        return new LinePlace(ArrayKind.allocate(dtype, elements, owner), 0);
    }

    /** Whether elements are those of the array, and long enough to matter. */
    private boolean isAligned(DType dtype, long bytes) {
        return alignment.isKnown()
                && bytes > LEAST_BYTES
                && dtype.bits() == ArrayKind.of(dtype).bytes() * Byte.SIZE;
    }

    private boolean isShared(DType dtype, long bytes) {
        return isAligned(dtype, bytes) && bytes < alignment.leastBytes();
    }

    private static long lines(long bytes) {
        return Math.ceilDiv(bytes, ArrayAlignment.LINE_BYTES) * ArrayAlignment.LINE_BYTES;
    }

    /** So many bytes of an array with others; null where there is none. */
    private synchronized LinePlace shared(ArrayKind kind, long bytes, String owner) {
        Slab slab = slab(kind, bytes, owner);
        if (slab == null) {
            return null;
        }
        LinePlace place = new LinePlace(slab.array, (int) slab.next);
        slab.next += bytes / kind.bytes();
        return place;
    }

    /** One with room for so many bytes; null where what is yet to come would not fill one. */
    private Slab slab(ArrayKind kind, long bytes, String owner) {
        long left = expected.getOrDefault(kind, 0L);
        expected.put(kind, left - bytes);
        List<Slab> open = slabs.computeIfAbsent(kind, absent -> new ArrayList<>());
        for (Slab slab : open) {
            if (slab.next + bytes / kind.bytes() <= slab.elements) {
                return slab;
            }
        }
        if (left < alignment.leastBytes()) {
            return null;
        }
        int first = alignment.firstElement(kind);
        long most = REGIONS * alignment.regionBytes() - ArrayAlignment.LINE_BYTES;
        long elements = Math.min(left / kind.bytes() + first, most / kind.bytes());
        try {
            Slab slab = new Slab(ArrayKind.allocate(kind, elements, owner), elements, first);
            open.add(slab);
            return slab;
        } catch (ModelException fragmented) {
            // There may be room for each of what would have shared it.
            return null;
        }
    }
}
