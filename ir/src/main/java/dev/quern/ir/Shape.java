package dev.quern.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The extents of a tensor, outermost first; no extents is a scalar.
 *
 * @param dims one {@link Dim} per axis
 */
public record Shape(List<Dim> dims) {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(List.of());

    public Shape {
        dims = List.copyOf(dims);
        for (Dim dim : dims) {
            if (dim.isConstant() && dim.constant() < 0) {
                throw new IllegalArgumentException("negative extent in shape " + dims);
            }
        }
    }

    /** A shape of constant extents. */
    public static Shape of(long... extents) {
        return new Shape(Arrays.stream(extents).mapToObj(Dim::of).toList());
    }

    /** A shape of symbolic extents. */
    public static Shape of(Dim... extents) {
        return new Shape(List.of(extents));
    }

    /** Number of axes. */
    public int rank() {
        return dims.size();
    }

    /** Extent of axis {@code axis}; a negative axis counts from the end. An {@link IllegalArgumentException} if there is none. */
    public Dim dim(int axis) {
        int index = axis < 0 ? axis + dims.size() : axis;
        if (index < 0 || index >= dims.size()) {
            throw new IllegalArgumentException("axis " + axis + " of the shape " + dims + ", which has " + dims.size());
        }
        return dims.get(index);
    }

    /** Product of all extents. */
    public Dim elements() {
        return Dim.product(dims);
    }

    /** Whether no extent is symbolic. */
    public boolean isConstant() {
        return dims.stream().allMatch(Dim::isConstant);
    }

    /** The extents if none is symbolic. */
    public Optional<long[]> asConstant() {
        return isConstant() ? Optional.of(dims.stream().mapToLong(Dim::constant).toArray()) : Optional.empty();
    }

    /** This with one extent replaced. */
    public Shape with(int axis, Dim extent) {
        List<Dim> copy = new ArrayList<>(dims);
        copy.set(axis < 0 ? axis + copy.size() : axis, extent);
        return new Shape(copy);
    }

    /** Row-major strides in elements. */
    public List<Dim> rowMajorStrides() {
        List<Dim> strides = new ArrayList<>();
        Dim stride = Dim.ONE;
        for (int axis = rank() - 1; axis >= 0; axis--) {
            strides.addFirst(stride);
            stride = stride.times(dims.get(axis));
        }
        return strides;
    }

    @Override
    public String toString() {
        return String.join(", ", dims.stream().map(Dim::toString).toList()).transform(text -> "[" + text + "]");
    }
}
