package dev.quern.acceptance.generate;

import java.util.ArrayList;
import java.util.List;

/** Arithmetic on shapes of axes. */
final class Shapes {
    private Shapes() {}

    static boolean alike(List<Axis> left, List<Axis> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int axis = 0; axis < left.size(); axis++) {
            if (!left.get(axis).alike(right.get(axis))) {
                return false;
            }
        }
        return true;
    }

    static long elements(List<Axis> shape, int run) {
        long product = 1;
        for (Axis axis : shape) {
            product *= axis.size(run);
        }
        return product;
    }

    /** The greatest number of elements in any run. */
    static long elements(List<Axis> shape, Axis template) {
        long most = 0;
        for (int run = 0; run < template.runs(); run++) {
            most = Math.max(most, elements(shape, run));
        }
        return most;
    }

    static long[] extents(List<Axis> shape, int run) {
        return shape.stream().mapToLong(axis -> axis.size(run)).toArray();
    }

    static List<Axis> with(List<Axis> shape, int index, Axis axis) {
        List<Axis> changed = new ArrayList<>(shape);
        changed.set(index, axis);
        return changed;
    }

    static List<Axis> without(List<Axis> shape, int index) {
        List<Axis> changed = new ArrayList<>(shape);
        changed.remove(index);
        return changed;
    }

    static Axis product(List<Axis> axes, int runs) {
        Axis product = Axis.fixed(runs, 1);
        for (Axis axis : axes) {
            product = product.with(axis, (left, right) -> left * right);
        }
        return product;
    }

    /** Numpy's broadcast, in each run by itself. */
    static List<Axis> broadcast(List<Axis> left, List<Axis> right) {
        List<Axis> longer = left.size() >= right.size() ? left : right;
        List<Axis> shorter = longer == left ? right : left;
        List<Axis> result = new ArrayList<>(longer);
        for (int axis = 0; axis < shorter.size(); axis++) {
            int at = axis + longer.size() - shorter.size();
            Axis first = longer.get(at);
            Axis second = shorter.get(axis);
            for (int run = 0; run < first.runs(); run++) {
                Unfit.unless(first.size(run) == second.size(run) || first.size(run) == 1 || second.size(run) == 1);
            }
            result.set(at, first.alike(second) ? first : first.with(second, (one, other) -> one == 1 ? other : one));
        }
        return result;
    }
}
