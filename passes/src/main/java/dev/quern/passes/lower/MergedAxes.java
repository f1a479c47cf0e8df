package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Sees neighbouring axes of a parameter as one where that frees its indices of divisions: an access
 * {@code p[i / c, i mod c]} to {@code p[n, c]} is {@code p'[i]}. Axes can be one where each one's stride is the next one's times
 * its extent.
 */
final class MergedAxes {
    private MergedAxes() {}

    static KernelDraft apply(KernelDraft draft) {
        DimRanges ranges = draft.ranges();
        KernelDraft result = draft;
        for (int position = 0; position < draft.parameters().size(); position++) {
            boolean merged = true;
            while (merged) {
                KernelDraft next = merge(result, position, ranges);
                merged = next != result;
                result = next;
            }
        }
        return result;
    }

    private static KernelDraft merge(KernelDraft draft, int position, DimRanges ranges) {
        Buffer buffer = draft.parameters().get(position);
        List<List<Dim>> accesses = draft.accesses(buffer.name());
        if (accesses.stream().flatMap(List::stream).allMatch(index -> KernelDraft.divisions(index) == 0)) {
            return draft;
        }
        int rank = buffer.shape().rank();
        for (int length = 2; length <= rank; length++) {
            for (int first = 0; first + length <= rank; first++) {
                if (joins(buffer, first, length) && helps(accesses, buffer.shape(), first, length, ranges)) {
                    int start = first;
                    int count = length;
                    return draft.reshaped(
                            position,
                            new Shape(splice(
                                    buffer.shape().dims(),
                                    start,
                                    count,
                                    Dim.product(buffer.shape().dims().subList(start, start + count)))),
                            splice(
                                    buffer.layout().strides(),
                                    start,
                                    count,
                                    buffer.layout().strides().get(start + count - 1)),
                            indices -> splice(
                                    indices, start, count, joined(indices, buffer.shape(), start, count, ranges)));
                }
            }
        }
        return draft;
    }

    private static boolean joins(Buffer buffer, int first, int length) {
        List<Dim> strides = buffer.layout().strides();
        for (int axis = first; axis < first + length - 1; axis++) {
            Dim beyond = strides.get(axis + 1).times(buffer.shape().dim(axis + 1));
            if (!strides.get(axis).equals(beyond)) {
                return false;
            }
        }
        return true;
    }

    private static boolean helps(List<List<Dim>> accesses, Shape shape, int first, int length, DimRanges ranges) {
        int before = 0;
        for (List<Dim> indices : accesses) {
            for (Dim index : indices.subList(first, first + length)) {
                before += KernelDraft.divisions(index);
            }
            if (KernelDraft.divisions(joined(indices, shape, first, length, ranges)) > 0) {
                return false;
            }
        }
        return before > 0;
    }

    private static Dim joined(List<Dim> indices, Shape shape, int first, int length, DimRanges ranges) {
        Shape part = new Shape(shape.dims().subList(first, first + length));
        return ranges.simplify(Indexing.linear(indices.subList(first, first + length), part));
    }

    private static List<Dim> splice(List<Dim> list, int first, int length, Dim replacement) {
        List<Dim> copy = new ArrayList<>(list.subList(0, first));
        copy.add(replacement);
        copy.addAll(list.subList(first + length, list.size()));
        return copy;
    }
}
