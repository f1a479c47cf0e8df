package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks laid wherever there is room between those that are needed at the same time. That takes numbers, so blocks whose sizes are
 * multiples of one unit ({@code batch}, say; or 1) share a part of the arena, and those of other units have others. Which block is laid
 * first matters: a few orders are tried, and the smallest result is kept.
 */
final class ArenaPacking {
    /** Blocks from which on one order only is tried. */
    private static final int MOST_BLOCKS = 2_000;

    /** The largest first; then what takes most room for longest; then as they are needed. */
    private static final List<Comparator<Weighed>> ORDERS = List.of(
            Comparator.comparingLong(Weighed::weight).reversed(),
            Comparator.comparingDouble(Weighed::volume).reversed(),
            Comparator.comparingInt(weighed -> weighed.block().first()));

    /**
     * @param weight the block's size in units, aligned
     */
    private record Weighed(Arena.ArenaBlock block, long weight) {
        double volume() {
            return (double) weight * (block.last() - block.first() + 1);
        }
    }

    /** A block that lies at {@code from}, in units. */
    private record LaidBlock(Arena.ArenaBlock block, long from, long to) {}

    private ArenaPacking() {}

    /** {@code blocks} packed. */
    static Arena.ArenaPlan of(List<Arena.ArenaBlock> blocks) {
        Map<Dim, List<Weighed>> units = new LinkedHashMap<>();
        for (Arena.ArenaBlock block : blocks) {
            long factor = factor(block.size());
            long weight = Math.multiplyExact(Math.ceilDiv(factor, Arena.ALIGNMENT), Arena.ALIGNMENT);
            units.computeIfAbsent(unit(block.size(), factor), unit -> new ArrayList<>())
                    .add(new Weighed(block, weight));
        }
        Map<Arena.ArenaBlock, Dim> offsets = new HashMap<>();
        Dim size = Dim.ZERO;
        for (Map.Entry<Dim, List<Weighed>> unit : units.entrySet()) {
            List<LaidBlock> best = packed(unit.getValue());
            for (LaidBlock laid : best) {
                offsets.put(laid.block(), size.plus(unit.getKey().times(laid.from())));
            }
            size = size.plus(unit.getKey().times(end(best)));
        }
        return new Arena.ArenaPlan(offsets, size);
    }

    /** The number that {@code size} is a multiple of, as far as its coefficients show. */
    private static long factor(Dim size) {
        long least = size.terms().stream()
                .mapToLong(term -> Math.abs(term.coefficient()))
                .min()
                .orElse(0);
        return size.terms().stream().allMatch(term -> term.coefficient() % least == 0) ? least : 1;
    }

    private static Dim unit(Dim size, long factor) {
        Dim unit = Dim.ZERO;
        for (Dim.Term term : size.terms()) {
            unit = unit.plus(Dim.of(new Dim.Term(term.coefficient() / factor, term.atoms())));
        }
        return factor == 0 ? Dim.ONE : unit;
    }

    private static List<LaidBlock> packed(List<Weighed> blocks) {
        long least = atOnce(blocks);
        List<LaidBlock> best = null;
        for (Comparator<Weighed> order : blocks.size() > MOST_BLOCKS ? ORDERS.subList(0, 1) : ORDERS) {
            List<LaidBlock> found = packed(blocks, order);
            if (best == null || end(found) < end(best)) {
                best = found;
            }
            if (end(best) == least) {
                break;
            }
        }
        return best;
    }

    /** Units needed in the step that needs most: no packing takes less. */
    private static long atOnce(List<Weighed> blocks) {
        long most = 0;
        for (Weighed at : blocks) {
            long sum = 0;
            for (Weighed other : blocks) {
                boolean needed = other.block().first() <= at.block().first()
                        && at.block().first() <= other.block().last();
                sum += needed ? other.weight() : 0;
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    private static List<LaidBlock> packed(List<Weighed> blocks, Comparator<Weighed> order) {
        List<LaidBlock> laid = new ArrayList<>();
        for (Weighed next : blocks.stream().sorted(order).toList()) {
            long from = room(laid, next);
            LaidBlock at = new LaidBlock(next.block(), from, from + next.weight());
            int position = laid.size();
            while (position > 0 && laid.get(position - 1).from() > from) {
                position--;
            }
            laid.add(position, at);
        }
        return laid;
    }

    /** Where the smallest gap that holds {@code next} begins, between what is needed while it is. */
    private static long room(List<LaidBlock> laid, Weighed next) {
        long end = 0;
        long best = -1;
        long bestGap = Long.MAX_VALUE;
        for (LaidBlock other : laid) {
            if (other.block().meets(next.block())) {
                long gap = other.from() - end;
                if (gap >= next.weight() && gap < bestGap) {
                    best = end;
                    bestGap = gap;
                }
                end = Math.max(end, other.to());
            }
        }
        return best < 0 ? end : best;
    }

    private static long end(List<LaidBlock> laid) {
        return laid.stream().mapToLong(LaidBlock::to).max().orElse(0);
    }
}
