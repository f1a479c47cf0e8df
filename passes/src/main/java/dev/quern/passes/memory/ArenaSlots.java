package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Blocks laid in slots: each holds one block at a time and is as large as the largest of them. Sizes may depend on symbols in any way:
 * they are compared by proof, and where none is found by their values for a sample of symbols.
 */
final class ArenaSlots {
    private static final long SAMPLE = 64;

    /** {@code freeFrom} is the first step at which the last holder is not needed. */
    private static final class FreedSlot {
        private Dim size;
        private int freeFrom;

        private FreedSlot(Dim size) {
            this.size = size;
        }
    }

    private final List<FreedSlot> slots = new ArrayList<>();

    private ArenaSlots() {}

    /** {@code blocks}, in the order of their first steps, in slots. */
    static Arena.ArenaPlan of(List<Arena.ArenaBlock> blocks) {
        ArenaSlots arena = new ArenaSlots();
        Map<Arena.ArenaBlock, FreedSlot> taken = new HashMap<>();
        blocks.forEach(block -> taken.put(block, arena.take(block)));
        Map<FreedSlot, Dim> starts = new HashMap<>();
        Dim size = Dim.ZERO;
        for (FreedSlot slot : arena.slots) {
            starts.put(slot, size);
            size = size.plus(Arena.aligned(slot.size));
        }
        Map<Arena.ArenaBlock, Dim> offsets = new HashMap<>();
        taken.forEach((block, slot) -> offsets.put(block, starts.get(slot)));
        return new Arena.ArenaPlan(offsets, size);
    }

    private FreedSlot take(Arena.ArenaBlock block) {
        FreedSlot slot = best(block.size(), block.first()).orElseGet(() -> {
            FreedSlot fresh = new FreedSlot(block.size());
            slots.add(fresh);
            return fresh;
        });
        slot.size = larger(slot.size, block.size());
        slot.freeFrom = block.last() + 1;
        return slot;
    }

    /** The free slot that wastes least if one is large enough, else the one that grows least. */
    private Optional<FreedSlot> best(Dim size, int first) {
        long wanted = Arena.elements(size, SAMPLE);
        FreedSlot best = null;
        long bestDistance = Long.MAX_VALUE;
        for (FreedSlot slot : slots) {
            if (slot.freeFrom <= first) {
                long has = Arena.elements(slot.size, SAMPLE);
                boolean fits = slot.size.equals(size) || DimRanges.NONE.atMost(size, slot.size);
                long distance = fits ? has - wanted : 1 + Math.abs(has - wanted);
                if (distance < bestDistance) {
                    best = slot;
                    bestDistance = distance;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static Dim larger(Dim left, Dim right) {
        if (left.equals(right) || DimRanges.NONE.atMost(right, left)) {
            return left;
        }
        return DimRanges.NONE.atMost(left, right) ? right : left.max(right);
    }
}
