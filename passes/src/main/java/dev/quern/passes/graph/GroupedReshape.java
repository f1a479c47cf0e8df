package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A reshape of a transposed value restated on the untransposed one: {@code reshape(transpose(x, p)) = transpose(reshape(x, shape), after)}.
 * Possible where the reshape splits into groups of axes, each group of neighbours that are neighbours in {@code x} too.
 *
 * @param shape what the untransposed value is reshaped to
 * @param after the transpose of the result
 */
record GroupedReshape(Shape shape, Permutation after) {
    /** Axes {@code [from, to)} of the transposed value become the axes {@code [outFrom, outTo)} of the result. */
    private record Group(int from, int to, int outFrom, int outTo, int originalFrom) {}

    static Optional<GroupedReshape> of(Shape original, Permutation p, Shape target) {
        List<Dim> before = p.axes().stream().map(original::dim).toList();
        Optional<List<Group>> groups = groups(before, target.dims(), p);
        if (groups.isEmpty()) {
            return Optional.empty();
        }
        List<Group> sorted = new ArrayList<>(groups.get());
        sorted.sort(Comparator.comparingInt(Group::originalFrom));
        List<Dim> dims = new ArrayList<>();
        List<Integer> position = new ArrayList<>();
        for (Group group : sorted) {
            for (int axis = group.outFrom(); axis < group.outTo(); axis++) {
                position.add(axis);
                dims.add(target.dim(axis));
            }
        }
        List<Integer> after = new ArrayList<>();
        for (int axis = 0; axis < target.rank(); axis++) {
            after.add(position.indexOf(axis));
        }
        return Optional.of(new GroupedReshape(new Shape(dims), new Permutation(after)));
    }

    private static Optional<List<Group>> groups(List<Dim> in, List<Dim> out, Permutation p) {
        List<Group> groups = new ArrayList<>();
        int at = 0;
        int outAt = 0;
        while (at < in.size()) {
            int from = at;
            int outFrom = outAt;
            Dim left = in.get(at++);
            Dim right = Dim.ONE;
            while (!left.equals(right)) {
                if (outAt < out.size() && !tooLarge(right.times(out.get(outAt)), left)) {
                    right = right.times(out.get(outAt++));
                } else if (at < in.size() && !consecutiveBreak(p, at)) {
                    left = left.times(in.get(at++));
                } else {
                    return Optional.empty();
                }
            }
            groups.add(new Group(from, at, outFrom, outAt, p.original(from)));
        }
        if (outAt < out.size()) {
            if (!out.subList(outAt, out.size()).stream().allMatch(dim -> dim.is(1)) || groups.isEmpty()) {
                return Optional.empty();
            }
            Group last = groups.removeLast();
            groups.add(new Group(last.from(), last.to(), last.outFrom(), out.size(), last.originalFrom()));
        }
        return Optional.of(groups);
    }

    /** Whether axis {@code at} does not follow axis {@code at - 1} in the original. */
    private static boolean consecutiveBreak(Permutation p, int at) {
        return p.original(at) != p.original(at - 1) + 1;
    }

    /** Whether {@code product} cannot be a factor of {@code limit} or equal to it. */
    private static boolean tooLarge(Dim product, Dim limit) {
        if (limit.equals(product)) {
            return false;
        }
        if (limit.is(0) || product.is(0)) {
            return true;
        }
        return !limit.mod(product).equals(Dim.ZERO);
    }
}
