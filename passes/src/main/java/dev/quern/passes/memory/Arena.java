package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must lie in one arena and when, and where it is best laid. */
final class Arena {
    /** Elements that every block's start is a multiple of. */
    static final long ALIGNMENT = 16;

    /** Values of all symbols for which arenas of symbolic size are compared. */
    private static final long[] SAMPLES = {1, 16, 64, 512};

    /** Elements that are one value's, or those of several, each of which is made in place of the one before, from a first step to a last. */
    static final class ArenaBlock {
        private final Dim size;
        private final int first;
        private int last;

        private ArenaBlock(Dim size, int first, int last) {
            this.size = size;
            this.first = first;
            this.last = last;
        }

        Dim size() {
            return size;
        }

        int first() {
            return first;
        }

        int last() {
            return last;
        }

        /** Whether this and {@code other} are needed in one step. */
        boolean meets(ArenaBlock other) {
            return first <= other.last && other.first <= last;
        }
    }

    /**
     * Where blocks lie.
     *
     * @param offsets by block, in elements
     * @param size of the arena, in elements
     */
    record ArenaPlan(Map<ArenaBlock, Dim> offsets, Dim size) {
        ArenaPlan {
            offsets = Map.copyOf(offsets);
        }
    }

    private final List<ArenaBlock> blocks = new ArrayList<>();

    /** A block of {@code size} elements from step {@code first} to {@code last}; blocks are taken in the order of their first steps. */
    ArenaBlock take(Dim size, int first, int last) {
        ArenaBlock block = new ArenaBlock(size, first, last);
        blocks.add(block);
        return block;
    }

    /** {@code block} is needed by another value of its size up to step {@code last}. */
    void extend(ArenaBlock block, int last) {
        block.last = last;
    }

    /** The smaller of two ways to lay the blocks, at every sample of the symbols; {@link ArenaSlots} if neither is. */
    ArenaPlan plan() {
        ArenaPlan slots = ArenaSlots.of(blocks);
        ArenaPlan packed = ArenaPacking.of(blocks);
        for (long sample : SAMPLES) {
            if (elements(packed.size(), sample) > elements(slots.size(), sample)) {
                return slots;
            }
        }
        return packed;
    }

    /** What {@code size} is where every symbol is {@code sample}. */
    static long elements(Dim size, long sample) {
        try {
            return size.evaluate(symbol -> sample);
        } catch (ArithmeticException tooLarge) {
            return Long.MAX_VALUE / 2;
        }
    }

    /** {@code size} up to where another block may begin. */
    static Dim aligned(Dim size) {
        return size.ceilDiv(Dim.of(ALIGNMENT)).times(ALIGNMENT);
    }
}
