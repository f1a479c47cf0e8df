package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An order of axes: axis {@code i} of what is permuted is axis {@code axes[i]} of the original.
 *
 * @param axes a permutation of {@code 0 … n-1}
 */
record Permutation(List<Integer> axes) {
    Permutation {
        axes = List.copyOf(axes);
    }

    /** Whether no axis moves. */
    boolean isIdentity() {
        return IntStream.range(0, axes.size()).allMatch(axis -> axes.get(axis) == axis);
    }

    /** The permutation that undoes this. */
    Permutation inverse() {
        List<Integer> inverse = new ArrayList<>(Collections.nCopies(axes.size(), 0));
        for (int axis = 0; axis < axes.size(); axis++) {
            inverse.set(axes.get(axis), axis);
        }
        return new Permutation(inverse);
    }

    /** The axis of the original that is axis {@code axis} of what is permuted. */
    int original(int axis) {
        return axes.get(axis);
    }

    /** Entries per permuted axis, in the order of the original's axes. */
    <T> List<T> unpermute(List<T> perAxis) {
        List<T> original = new ArrayList<>(perAxis);
        for (int axis = 0; axis < axes.size(); axis++) {
            original.set(axes.get(axis), perAxis.get(axis));
        }
        return original;
    }

    /** The original's shape, given the permuted one. */
    Shape unpermute(Shape permuted) {
        List<Dim> dims = unpermute(permuted.dims());
        return new Shape(dims);
    }

    /** What orders the axes that are left when {@code removed} (permuted axes) are taken away from both sides. */
    Permutation without(List<Integer> removed) {
        List<Integer> left = IntStream.range(0, axes.size())
                .filter(axis -> !removed.contains(axis))
                .mapToObj(axes::get)
                .toList();
        List<Integer> sorted = left.stream().sorted().toList();
        return new Permutation(left.stream().map(sorted::indexOf).toList());
    }
}
