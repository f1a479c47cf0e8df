package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The slots of one arena while it is laid out: each holds one value at a time and is as large as the largest of them. Sizes
 * are compared by proof, and where none is found by their values for a sample of symbols.
 */
final class Arena {
    /** Elements that every slot's start is a multiple of. */
    static final long ALIGNMENT = 16;

    private static final long SAMPLE = 64;

    /** A slot; {@code freeFrom} is the first step at which its last holder is dead. */
    static final class Slot {
        private Dim size;
        private int freeFrom;

        private Slot(Dim size) {
            this.size = size;
        }
    }

    private final List<Slot> slots = new ArrayList<>();

    /** A slot for {@code size} elements from step {@code first} to {@code last}. */
    Slot take(Dim size, int first, int last) {
        Slot slot = best(size, first).orElseGet(() -> {
            Slot fresh = new Slot(size);
            slots.add(fresh);
            return fresh;
        });
        slot.size = larger(slot.size, size);
        slot.freeFrom = last + 1;
        return slot;
    }

    /** {@code slot} is needed by another value up to step {@code last}. */
    void extend(Slot slot, int last) {
        slot.freeFrom = last + 1;
    }

    /** The free slot that wastes least if one is large enough, else the one that grows least. */
    private Optional<Slot> best(Dim size, int first) {
        long wanted = sample(size);
        Slot best = null;
        long bestDistance = Long.MAX_VALUE;
        for (Slot slot : slots) {
            if (slot.freeFrom <= first) {
                long has = sample(slot.size);
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

    private static long sample(Dim size) {
        try {
            return size.evaluate(symbol -> SAMPLE);
        } catch (ArithmeticException tooLarge) {
            return Long.MAX_VALUE / 2;
        }
    }

    /** Where {@code slot} begins. */
    Dim offset(Slot slot) {
        Dim at = Dim.ZERO;
        for (Slot other : slots) {
            if (other == slot) {
                return at;
            }
            at = at.plus(aligned(other.size));
        }
        throw new IllegalArgumentException("a slot of another arena");
    }

    /** How large the arena is. */
    Dim size() {
        Dim sum = Dim.ZERO;
        for (Slot slot : slots) {
            sum = sum.plus(aligned(slot.size));
        }
        return sum;
    }

    private static Dim aligned(Dim size) {
        return size.ceilDiv(Dim.of(ALIGNMENT)).times(ALIGNMENT);
    }
}
