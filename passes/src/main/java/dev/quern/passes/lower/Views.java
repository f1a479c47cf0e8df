package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import java.util.List;
import java.util.Optional;

/** Which views are contiguous parts of what they view. */
final class Views {
    private Views() {}

    /** Where the result of view {@code node} begins in its row-major operand, if its elements lie there in order. */
    static Optional<Dim> offset(Node node) {
        return switch ((Op.View) node.op()) {
            case Op.Reshape reshape -> Optional.of(Dim.ZERO);
            case Op.Transpose(List<Integer> permutation) ->
                keepsOrder(permutation, node.input(0).type().shape()) ? Optional.of(Dim.ZERO) : Optional.empty();
            case Op.Broadcast broadcast ->
                node.input(0).type().shape().elements().equals(broadcast.shape().elements())
                        ? Optional.of(Dim.ZERO)
                        : Optional.empty();
            case Op.Slice slice -> slice(slice, node.input(0).type().shape());
        };
    }

    private static boolean keepsOrder(List<Integer> permutation, Shape from) {
        int last = -1;
        for (int axis : permutation) {
            if (!from.dim(axis).is(1)) {
                if (axis < last) {
                    return false;
                }
                last = axis;
            }
        }
        return true;
    }

    private static Optional<Dim> slice(Op.Slice slice, Shape from) {
        if (slice.steps().stream().anyMatch(step -> step != 1)) {
            return Optional.empty();
        }
        int axis = 0;
        while (axis < from.rank() && slice.shape().dim(axis).is(1)) {
            axis++;
        }
        for (int inner = axis + 1; inner < from.rank(); inner++) {
            if (!slice.shape().dim(inner).equals(from.dim(inner))) {
                return Optional.empty();
            }
        }
        return Optional.of(Indexing.linear(slice.starts(), from));
    }

    /** Where part {@code part} of a concatenation begins in its result, if it lies there in order. */
    static Optional<Dim> partOffset(Node node, int axis, int part) {
        Shape whole = node.output().type().shape();
        for (int outer = 0; outer < axis; outer++) {
            if (!whole.dim(outer).is(1)) {
                return Optional.empty();
            }
        }
        Dim before = Dim.ZERO;
        for (int earlier = 0; earlier < part; earlier++) {
            before = before.plus(node.input(earlier).type().shape().elements());
        }
        return Optional.of(before);
    }
}
