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
        return producer.isPresent()
                && switch (producer.get().op()) {
                    case Op.Transpose(List<Integer> axes) -> axes.equals(permutation.axes());
                    case Op.Constant ignored -> true;
                    case Op.Broadcast ignored -> turns(producer.get(), permutation);
                    case Op ignored -> false;
                };
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
        return switch (producer.op()) {
            case Op.Transpose ignored -> producer.input(0);
            case Op.Broadcast(Shape shape) -> {
                Shape padded = padded(producer.input(0).type().shape(), shape.rank());
                Value full = rewriting.emit(new Op.Reshape(padded), producer.origin(), producer.input(0));
                Value turned =
                        rewriting.emit(new Op.Transpose(permutation.inverse().axes()), producer.origin(), full);
                yield rewriting.emit(new Op.Broadcast(permutation.unpermute(shape)), producer.origin(), turned);
            }
            case Op ignored ->
                rewriting.emit(new Op.Transpose(permutation.inverse().axes()), producer.origin(), value);
        };
    }
}
