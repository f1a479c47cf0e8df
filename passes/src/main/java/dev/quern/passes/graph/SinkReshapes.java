package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.graph.AxisParts.AxisPart;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves a reshape that joins axes of a transposed value past elementwise operations, so that the transpose behind it can follow
 * ({@link SinkTransposes}) and it meets the reshape that parts the axes again, as behind group normalisation. A reshape of what is
 * computed never moves up (constants and what is broadcast of smaller values are reshaped above), so repeating this ends.
 */
final class SinkReshapes {
    static final Rule RULE =
            new Rule("f(reshape(transpose(x)), y) = reshape(f(transpose(x), reshape(y)))", SinkReshapes::sink);

    private final Rewriting rewriting;
    private final Shape fine;
    private final Shape coarse;

    /** Per axis of {@link #coarse}, those of {@link #fine} that it joins. */
    private final List<List<Integer>> joined;

    private SinkReshapes(Rewriting rewriting, Shape fine, Shape coarse, List<List<Integer>> joined) {
        this.rewriting = rewriting;
        this.fine = fine;
        this.coarse = coarse;
        this.joined = joined;
    }

    private static Optional<Value> sink(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Elementwise)) {
            return Optional.empty();
        }
        for (Value input : node.inputs()) {
            Optional<Node> transpose = rewriting
                    .producer(input, Op.Reshape.class)
                    .flatMap(reshape -> rewriting.producer(reshape.input(0), Op.Transpose.class));
            if (transpose.isPresent()) {
                Shape fine = transpose.get().output().type().shape();
                Shape coarse = input.type().shape();
                return joined(fine, coarse)
                        .map(joined -> new SinkReshapes(rewriting, fine, coarse, joined))
                        .filter(rule -> node.inputs().stream().allMatch(rule::isFree))
                        .map(rule -> rule.apply(node));
            }
        }
        return Optional.empty();
    }

    /** Per axis of {@code coarse}, the axes of {@code fine} that it joins; empty where it parts one. */
    private static Optional<List<List<Integer>>> joined(Shape fine, Shape coarse) {
        return AxisParts.of(fine.dims(), List.of(new Op.Reshape(coarse)))
                .filter(parts -> parts.source().stream().allMatch(axis -> axis.size() == 1))
                .map(parts -> {
                    Map<AxisPart, Integer> places = new HashMap<>();
                    for (int axis = 0; axis < fine.rank(); axis++) {
                        places.put(parts.source().get(axis).getFirst(), axis);
                    }
                    return parts.view().stream()
                            .map(axis -> axis.stream().map(places::get).toList())
                            .toList();
                });
    }

    private Value apply(Node node) {
        Value[] operands = node.inputs().stream().map(this::parted).toArray(Value[]::new);
        Value result = rewriting.emit(node.op(), node.origin(), operands);
        return rewriting.emit(new Op.Reshape(coarse), node.origin(), result);
    }

    /** Whether {@code value} can be had under the finer shape at no cost. */
    private boolean isFree(Value value) {
        return rewriting
                .producer(value)
                .filter(producer -> switch (producer.op()) {
                    case Op.Constant _ -> true;
                    case Op.Reshape _ -> producer.input(0).type().shape().equals(fine);
                    case Op.Broadcast _ -> isEven(producer.input(0).type().shape());
                    default -> false;
                })
                .isPresent();
    }

    /** Whether {@code shape}, broadcast, has every axis once or whole. */
    private boolean isEven(Shape shape) {
        int first = coarse.rank() - shape.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim extent = shape.dim(axis);
            if (!extent.is(1) && !extent.equals(coarse.dim(first + axis))) {
                return false;
            }
        }
        return true;
    }

    private Value parted(Value value) {
        Node producer = rewriting.producer(value).orElseThrow();
        if (producer.op() instanceof Op.Reshape) {
            return producer.input(0);
        }
        if (!(producer.op() instanceof Op.Broadcast)) {
            return rewriting.emit(new Op.Reshape(fine), producer.origin(), value);
        }
        Shape shape = producer.input(0).type().shape();
        int first = coarse.rank() - shape.rank();
        List<Dim> dims = new ArrayList<>(Collections.nCopies(fine.rank(), Dim.ONE));
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!shape.dim(axis).is(1)) {
                joined.get(first + axis).forEach(part -> dims.set(part, fine.dim(part)));
            }
        }
        Value once = rewriting.emit(new Op.Reshape(new Shape(dims)), producer.origin(), producer.input(0));
        return rewriting.emit(new Op.Broadcast(fine), producer.origin(), once);
    }
}
