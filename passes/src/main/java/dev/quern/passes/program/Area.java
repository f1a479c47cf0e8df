package dev.quern.passes.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of elements of one piece of memory: from {@code from}, {@code count} steps of {@code step} elements along each axis.
 *
 * @param memory which piece
 * @param from the first element
 * @param axes outermost first, each step larger than what the axes inside it span; neighbouring axes are one, and none has a count of
 *     1; a count of 0 is the empty area
 */
record Area(String memory, long from, List<AreaAxis> axes) {
    /** {@code count} steps of {@code step} elements. */
    record AreaAxis(long count, long step) {}

    /** Runs that are worth listing. */
    private static final long MOST_RUNS = 1 << 16;

    Area {
        axes = normal(axes);
    }

    /** Elements {@code [from, to)}. */
    static Area range(String memory, long from, long to) {
        return new Area(memory, from, List.of(new AreaAxis(Math.max(0, to - from), 1)));
    }

    private static List<AreaAxis> normal(List<AreaAxis> axes) {
        if (axes.stream().anyMatch(axis -> axis.count() <= 0)) {
            return List.of(new AreaAxis(0, 1));
        }
        List<AreaAxis> sorted = axes.stream()
                .filter(axis -> axis.count() > 1)
                .sorted(Comparator.comparingLong(AreaAxis::step).reversed())
                .toList();
        List<AreaAxis> merged = new ArrayList<>();
        for (AreaAxis axis : sorted) {
            if (!merged.isEmpty() && merged.getLast().step() == axis.count() * axis.step()) {
                merged.add(new AreaAxis(merged.removeLast().count() * axis.count(), axis.step()));
            } else {
                merged.add(axis);
            }
        }
        return List.copyOf(merged);
    }

    boolean isEmpty() {
        return !axes.isEmpty() && axes.getFirst().count() == 0;
    }

    /** The end of the range that the elements span. */
    long to() {
        return from + (isEmpty() ? 0 : span(axes));
    }

    private static long span(List<AreaAxis> axes) {
        long last = 0;
        for (AreaAxis axis : axes) {
            last += (axis.count() - 1) * axis.step();
        }
        return last + 1;
    }

    /** Whether this and {@code other} have an element in common. */
    boolean overlaps(Area other) {
        return memory.equals(other.memory)
                && !isEmpty()
                && !other.isEmpty()
                && meet(axes, other.axes, other.from - from);
    }

    /** Whether {@code left} from 0 and {@code right} from {@code gap} have an element in common. */
    private static boolean meet(List<AreaAxis> left, List<AreaAxis> right, long gap) {
        if (gap >= span(left) || gap + span(right) <= 0) {
            return false;
        }
        if (isRun(left) && isRun(right)) {
            return true;
        }
        if (isRun(left)
                || !isRun(right) && left.getFirst().step() < right.getFirst().step()) {
            return meet(right, left, -gap);
        }
        AreaAxis outer = left.getFirst();
        List<AreaAxis> row = left.subList(1, left.size());
        if (!isRun(right) && right.getFirst().step() == outer.step()) {
            return meetInStep(outer, row, right, gap);
        }
        long width = span(row);
        long end = gap + span(right);
        long first = Math.max(0, Math.ceilDiv(gap - width + 1, outer.step()));
        long last = Math.min(outer.count() - 1, Math.floorDiv(end - 1, outer.step()));
        for (long i = first; i <= last; i++) {
            if (meet(row, right, gap - i * outer.step())) {
                return true;
            }
        }
        return false;
    }

    /** The same where both have rows at equal distances: a row meets at most two of the other's. */
    private static boolean meetInStep(AreaAxis outer, List<AreaAxis> row, List<AreaAxis> right, long gap) {
        List<AreaAxis> other = right.subList(1, right.size());
        long rows = Math.floorDiv(gap, outer.step());
        long rest = gap - rows * outer.step();
        for (long shift = -1; shift <= 0; shift++) {
            long least = Math.max(0, rows - shift);
            long greatest = Math.min(outer.count() - 1, right.getFirst().count() - 1 + rows - shift);
            if (least <= greatest && meet(row, other, rest + shift * outer.step())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRun(List<AreaAxis> axes) {
        return axes.isEmpty() || axes.getFirst().step() == 1;
    }

    /** Whether the elements form too many ranges to list. */
    boolean isFine() {
        long count = 1;
        for (AreaAxis axis : axes) {
            count *= axis.step() == 1 ? 1 : axis.count();
        }
        return count > MOST_RUNS;
    }

    /** The ranges without gaps that the elements form, unless they are {@link #isFine too many}. */
    List<long[]> runs() {
        List<long[]> runs = new ArrayList<>();
        if (!isEmpty()) {
            boolean together = !axes.isEmpty() && axes.getLast().step() == 1;
            runs(0, from, together ? axes.getLast().count() : 1, runs);
        }
        return runs;
    }

    private void runs(int axis, long at, long length, List<long[]> runs) {
        if (axis == axes.size() || axes.get(axis).step() == 1) {
            runs.add(new long[] {at, at + length});
            return;
        }
        for (long i = 0; i < axes.get(axis).count(); i++) {
            runs(axis + 1, at + i * axes.get(axis).step(), length, runs);
        }
    }

    @Override
    public String toString() {
        String range = memory + " [" + from + ", " + to() + ")";
        return isEmpty() || isRun(axes) ? range : range + " in " + axes;
    }
}
