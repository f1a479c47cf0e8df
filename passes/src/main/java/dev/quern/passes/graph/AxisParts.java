package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the axes of a value that reshapes and transposes make of another come of that other's: both are cut into parts, outermost
 * first, that neither splits.
 */
final class AxisParts {
    /** A factor of an axis's extent. Compared by identity. */
    static final class AxisPart {
        private final Dim extent;

        private AxisPart(Dim extent) {
            this.extent = extent;
        }

        Dim extent() {
            return extent;
        }
    }

    private final List<List<AxisPart>> source;
    private List<List<AxisPart>> view;

    private AxisParts(List<Dim> dims) {
        source = new ArrayList<>();
        view = new ArrayList<>();
        for (Dim dim : dims) {
            AxisPart part = new AxisPart(dim);
            source.add(new ArrayList<>(List.of(part)));
            view.add(new ArrayList<>(List.of(part)));
        }
    }

    /** What {@code views}, applied one after the other to a value of {@code dims}, do with its axes; empty where parts overlap. */
    static Optional<AxisParts> of(List<Dim> dims, List<Op> views) {
        AxisParts parts = new AxisParts(dims);
        for (Op op : views) {
            switch (op) {
                case Op.Transpose(List<Integer> permutation) ->
                    parts.view = permutation.stream().map(parts.view::get).toList();
                case Op.Reshape(var shape) -> {
                    if (!parts.reshape(shape.dims())) {
                        return Optional.empty();
                    }
                }
                default -> throw new IllegalArgumentException(op + " does more than to move axes");
            }
        }
        return Optional.of(parts);
    }

    /** Per axis of the value that is viewed, its parts. */
    List<List<AxisPart>> source() {
        return source;
    }

    /** Per axis of the view, its parts. */
    List<List<AxisPart>> view() {
        return view;
    }

    private boolean reshape(List<Dim> target) {
        List<AxisPart> flat =
                new ArrayList<>(view.stream().flatMap(List::stream).toList());
        List<List<AxisPart>> reshaped = new ArrayList<>();
        int next = 0;
        for (Dim dim : target) {
            List<AxisPart> axis = new ArrayList<>();
            Dim left = dim;
            while (!left.is(1)) {
                if (next == flat.size()) {
                    return false;
                }
                Dim extent = flat.get(next).extent;
                if (extent.is(0) || left.is(0)) {
                    return false;
                }
                if (left.mod(extent).is(0)) {
                    left = left.floorDiv(extent);
                } else if (extent.mod(left).is(0)) {
                    List<AxisPart> halves = List.of(new AxisPart(left), new AxisPart(extent.floorDiv(left)));
                    split(flat.get(next), halves);
                    flat.remove(next);
                    flat.addAll(next, halves);
                    left = Dim.ONE;
                } else {
                    return false;
                }
                axis.add(flat.get(next++));
            }
            reshaped.add(axis);
        }
        view = reshaped;
        return flat.subList(next, flat.size()).stream().allMatch(part -> part.extent.is(1));
    }

    private void split(AxisPart part, List<AxisPart> halves) {
        Stream.of(source, view).flatMap(List::stream).forEach(axis -> {
            int place = axis.indexOf(part);
            if (place >= 0) {
                axis.remove(place);
                axis.addAll(place, halves);
            }
        });
    }
}
