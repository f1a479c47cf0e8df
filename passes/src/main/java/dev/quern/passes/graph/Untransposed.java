package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Finds {@code x} with {@code transpose(x, p) = value} where that costs nothing at run time. */
final class Untransposed {
    private Untransposed() {}

    /** Whether {@code value} is a transpose by {@code permutation}, a constant, or a broadcast of something small enough to turn. */
    static boolean isFree(Value value, Permutation permutation, Rewriting rewriting) {
        Optional<Node> producer = rewriting.producer(value);
        if (producer.isEmpty()) {
            return false;
        }
        Op op = producer.get().op();
        return op instanceof Op.Constant
                || op instanceof Op.Transpose(List<Integer> axes) && axes.equals(permutation.axes())
                || op instanceof Op.Broadcast && turns(producer.get(), permutation);
    }

    /** A broadcast turns for free if its operand's axes of extent above 1 keep their order, or are constant. */
    private static boolean turns(Node broadcast, Permutation permutation) {
        Shape padded =
                padded(broadcast.input(0).type().shape(), permutation.axes().size());
        List<Dim> turned = permutation.unpermute(padded.dims());
        return significant(turned).equals(significant(padded.dims()));
    }

    private static List<Dim> significant(List<Dim> dims) {
        return dims.stream().filter(dim -> !dim.is(1)).toList();
    }

    private static Shape padded(Shape shape, int rank) {
        List<Dim> dims = new ArrayList<>(Collections.nCopies(rank - shape.rank(), Dim.ONE));
        dims.addAll(shape.dims());
        return new Shape(dims);
    }

    /** The untransposed value; {@link #isFree} must hold. */
    static Value of(Value value, Permutation permutation, Rewriting rewriting) {
        Node producer = rewriting.producer(value).orElseThrow();
        if (producer.op() instanceof Op.Transpose) {
            return producer.input(0);
        }
        List<Integer> inverse = permutation.inverse().axes();
        if (producer.op() instanceof Op.Broadcast(Shape shape)) {
            Shape padded = padded(producer.input(0).type().shape(), shape.rank());
            Value full = rewriting.emit(new Op.Reshape(padded), producer.origin(), producer.input(0));
            Value turned = rewriting.emit(new Op.Transpose(inverse), producer.origin(), full);
            return rewriting.emit(new Op.Broadcast(permutation.unpermute(shape)), producer.origin(), turned);
        }
        return rewriting.emit(new Op.Transpose(inverse), producer.origin(), value);
    }
}
