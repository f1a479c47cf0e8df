package dev.quern.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * How a vector loop of {@code extent} iterations on elements of {@code bits} bits is cut into vectors.
 *
 * @param parts the vectors, in order
 */
record VectorParts(int extent, int bits, List<VectorPart> parts) {
    private static final int NARROWEST_BITS = 128;

    /** Bits of the narrowest vectors that there are at all. */
    private static final int LEAST_BITS = 64;

    /** Iterations {@code [start, start + lanes)}, of which those from the loop's extent on are idle. */
    record VectorPart(int start, int lanes) {}

    /**
     * The cut for vectors of at most {@code vectorBits} bits.
     *
     * @param narrowest bits of the narrowest elements that are loaded or stored
     */
    static VectorParts of(int extent, int bits, int vectorBits, int narrowest) {
        List<VectorPart> parts = new ArrayList<>();
        int widest = vectorBits / bits;
        int start = 0;
        for (; start + widest <= extent; start += widest) {
            parts.add(new VectorPart(start, widest));
        }
        if (start < extent) {
            int lanes = Math.min(widest, Math.max(NARROWEST_BITS / bits, LEAST_BITS / narrowest));
            while (lanes < extent - start) {
                lanes *= 2;
            }
            parts.add(new VectorPart(start, lanes));
        }
        return new VectorParts(extent, bits, List.copyOf(parts));
    }

    /** Whether there are vectors of as many elements of {@code narrowest} bits as each part has lanes. */
    boolean load(int narrowest) {
        return parts.stream().allMatch(part -> part.lanes() * narrowest >= LEAST_BITS);
    }

    /** Whether the last vector has lanes beyond the extent. */
    boolean hasIdle() {
        return parts.getLast().start() + parts.getLast().lanes() > extent;
    }

    /** The cut that tells how a register buffer indexed by the loop is held: loops of whole vectors share one. */
    VectorParts grain() {
        VectorPart first = parts.getFirst();
        boolean whole = extent % first.lanes() == 0;
        return whole ? new VectorParts(first.lanes(), bits, List.of(first)) : this;
    }

    /** The part that holds iteration {@code index}. */
    VectorPart partOf(int index) {
        VectorPart found = parts.getFirst();
        for (VectorPart part : parts) {
            if (part.start() <= index) {
                found = part;
            }
        }
        return found;
    }
}
