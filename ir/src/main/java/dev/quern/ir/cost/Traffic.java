package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The elements of a buffer that a kernel touches, each once. Of one access they are at most as many as its runs, as the
 * points of the loops that its indices depend on, and as the box that its indices lie in; all together at most as many as the
 * box around them. Accesses by the same indices under the same conditions are one.
 */
final class Traffic {
    private record CountedAccess(List<Dim> indices, Object conditions) {}

    private final Buffer buffer;
    private final Map<CountedAccess, Double> accesses = new LinkedHashMap<>();
    private List<WholeRange> around;
    private final List<WholeRange> shape = new ArrayList<>();

    Traffic(Buffer buffer, Iterations outside) {
        this.buffer = buffer;
        for (Dim extent : buffer.shape().dims()) {
            shape.add(new WholeRange(0, WholeRange.of(extent, outside::range).high() - 1));
        }
    }

    /** An access at {@code indices} where {@code at} is. */
    void touch(List<Dim> indices, Iterations at) {
        List<WholeRange> box = new ArrayList<>();
        double product = 1;
        for (int axis = 0; axis < indices.size(); axis++) {
            WholeRange range = WholeRange.of(indices.get(axis), at::range).clip(shape.get(axis));
            box.add(range);
            product *= Math.min(range.size(), points(List.of(indices.get(axis)), at));
        }
        around = around == null ? box : joined(around, box);
        double elements = Math.min(Math.min(at.count(), product), points(indices, at));
        accesses.merge(new CountedAccess(indices, at.conditions()), elements, Math::max);
    }

    /** Points of the loops that {@code indices} depend on; unbounded where they depend on what is read. */
    private static double points(List<Dim> indices, Iterations at) {
        if (at.readsFor(indices)) {
            return Double.POSITIVE_INFINITY;
        }
        double points = 1;
        for (String variable : at.variables(indices)) {
            points *= at.range(variable).size();
        }
        return points;
    }

    /** Bytes of the elements touched. */
    double bytes() {
        if (around == null) {
            return 0;
        }
        double volume = 1;
        for (WholeRange range : around) {
            volume *= range.size();
        }
        double elements =
                accesses.values().stream().mapToDouble(Double::doubleValue).sum();
        return Math.min(elements, volume) * buffer.dtype().bits() / 8;
    }

    private static List<WholeRange> joined(List<WholeRange> one, List<WholeRange> other) {
        List<WholeRange> both = new ArrayList<>();
        for (int axis = 0; axis < one.size(); axis++) {
            both.add(one.get(axis).join(other.get(axis)));
        }
        return both;
    }
}
