package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes two axes of one wherever every index along it is {@code c*i + j} with {@code j} in {@code [0, c)}:
 * {@code y[32*h + d]  ->  y'[h, d]}. The memory is the same; that different {@code h} never meet is then plain to see.
 */
final class SeparatedAxes {
    private SeparatedAxes() {}

    static KernelDraft apply(KernelDraft draft) {
        KernelDraft result = draft;
        for (int position = 0; position < draft.parameters().size(); position++) {
            Optional<KernelDraft> separated = separate(result, position);
            while (separated.isPresent()) {
                result = separated.get();
                separated = separate(result, position);
            }
        }
        return result;
    }

    private static Optional<KernelDraft> separate(KernelDraft draft, int position) {
        Shape shape = draft.parameters().get(position).shape();
        List<List<Dim>> accesses =
                draft.accesses(draft.parameters().get(position).name());
        DimRanges ranges = draft.ranges();
        for (int axis = 0; axis < shape.rank(); axis++) {
            for (long width : widths(accesses, axis)) {
                if (separates(shape.dim(axis), accesses, axis, width, ranges)) {
                    return Optional.of(separated(draft, position, axis, width, ranges));
                }
            }
        }
        return Optional.empty();
    }

    /** The factors of loops in the indices along {@code axis}. */
    private static Set<Long> widths(List<List<Dim>> accesses, int axis) {
        Set<Long> widths = new TreeSet<>();
        for (List<Dim> indices : accesses) {
            for (Dim.Term term : indices.get(axis).terms()) {
                if (term.coefficient() > 1 && term.atoms().size() == 1) {
                    widths.add(term.coefficient());
                }
            }
        }
        return widths;
    }

    private static boolean separates(Dim extent, List<List<Dim>> accesses, int axis, long width, DimRanges ranges) {
        if (!extent.mod(Dim.of(width)).is(0) || extent.is(width)) {
            return false;
        }
        for (List<Dim> indices : accesses) {
            Dim index = indices.get(axis);
            Dim quotient = ranges.simplify(index.floorDiv(Dim.of(width)));
            Dim rest = index.minus(quotient.times(width));
            if (KernelDraft.divisions(quotient) > 0 || KernelDraft.divisions(rest) > KernelDraft.divisions(index)) {
                return false;
            }
        }
        return true;
    }

    private static KernelDraft separated(KernelDraft draft, int position, int axis, long width, DimRanges ranges) {
        List<Dim> dims =
                new ArrayList<>(draft.parameters().get(position).shape().dims());
        dims.set(axis, dims.get(axis).floorDiv(Dim.of(width)));
        dims.add(axis + 1, Dim.of(width));
        List<Dim> strides =
                new ArrayList<>(draft.parameters().get(position).layout().strides());
        strides.add(axis, strides.get(axis).times(width));
        return draft.reshaped(position, new Shape(dims), strides, indices -> {
            List<Dim> split = new ArrayList<>(indices);
            Dim quotient = ranges.simplify(indices.get(axis).floorDiv(Dim.of(width)));
            split.set(axis, quotient);
            split.add(axis + 1, ranges.simplify(indices.get(axis).minus(quotient.times(width))));
            return split;
        });
    }
}
