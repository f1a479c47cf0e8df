package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.passes.program.MemoryPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which parts of the arenas hold nothing after each step. Overwriting them turns a read of a dead value into NaN. */
final class PoisonPlan {
    private record Range(DType dtype, long from, long to) {
        /** What of this lies outside {@code other}. */
        List<Range> without(Range other) {
            if (dtype != other.dtype || other.to <= from || other.from >= to) {
                return List.of(this);
            }
            List<Range> left = new ArrayList<>();
            if (from < other.from) {
                left.add(new Range(dtype, from, other.from));
            }
            if (other.to < to) {
                left.add(new Range(dtype, other.to, to));
            }
            return left;
        }
    }

    private final List<List<Range>> afterStep = new ArrayList<>();

    PoisonPlan(PreparedProgram program, BoundPlan plan) {
        for (int step = 0; step < program.steps().size(); step++) {
            List<Range> dead = new ArrayList<>();
            for (int root : program.liveness().diesAt(step)) {
                range(program, plan, root).ifPresent(dead::add);
            }
            for (int root = 0; root < program.values().size() && !dead.isEmpty(); root++) {
                if (program.liveness().livesAfter(root, step)) {
                    Optional<Range> live = range(program, plan, root);
                    dead = live.isPresent() ? subtract(dead, live.get()) : dead;
                }
            }
            afterStep.add(dead);
        }
    }

    private static List<Range> subtract(List<Range> ranges, Range other) {
        return ranges.stream().flatMap(range -> range.without(other).stream()).toList();
    }

    private static Optional<Range> range(PreparedProgram program, BoundPlan plan, int root) {
        PreparedValue value = program.values().get(root);
        long size = plan.elements(root);
        if (!(value.place() instanceof MemoryPlan.Slot) || size <= 0) {
            return Optional.empty();
        }
        return Optional.of(new Range(value.dtype(), plan.start(root), plan.start(root) + size));
    }

    /** Overwrites whole arenas. */
    static void all(Map<DType, AlignedArrays.LinePlace> arenas) {
        arenas.forEach((dtype, arena) -> poison(arena, dtype, 0, arena.capacity(dtype)));
    }

    /** Overwrites what died at {@code step}. */
    void after(int step, Map<DType, AlignedArrays.LinePlace> arenas) {
        for (Range range : afterStep.get(step)) {
            poison(arenas.get(range.dtype()), range.dtype(), range.from(), range.to());
        }
    }

    private static void poison(AlignedArrays.LinePlace arena, DType dtype, long from, long to) {
        arena.poison(dtype, from, to);
    }
}
