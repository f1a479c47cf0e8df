package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Convolutions that are contractions. A window of one element: {@code convolve(x, w) = contract(x[every stride-th], w)}. A transposed
 * convolution whose windows tile its result: {@code contract(x, w)} with the window's axes between those of space.
 */
final class ContractPointwiseConvolutions {
    static final List<Rule> RULES = List.of(
            new Rule(
                    "convolve(x, w) = contract(x[every stride-th], w) for windows of one element",
                    ContractPointwiseConvolutions::pointwise),
            new Rule(
                    "convolve_transposed(x, w) = contract(x, w) where windows tile the result",
                    ContractPointwiseConvolutions::tiling));

    private ContractPointwiseConvolutions() {}

    private static Optional<Value> pointwise(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Convolve(Window window, int groups))
                || groups != 1
                || !window.extents().stream().allMatch(extent -> extent == 1)
                || !isUnpadded(window)) {
            return Optional.empty();
        }
        Shape weights = node.input(1).type().shape();
        Value matrix = rewriting.emit(
                new Op.Reshape(Shape.of(weights.dim(-2), weights.dim(-1))), node.origin(), node.input(1));
        List<String> space = names("s", window.rank() + 1);
        Op contract = new Op.Contract(plus(space, "c"), List.of("c", "m"), plus(space, "m"), accumulate(node));
        return Optional.of(rewriting.emit(contract, node.origin(), strided(node, window, rewriting), matrix));
    }

    private static Value strided(Node node, Window window, Rewriting rewriting) {
        if (window.strides().stream().allMatch(stride -> stride == 1)) {
            return node.input(0);
        }
        List<Long> steps = new ArrayList<>(List.of(1L));
        window.strides().forEach(stride -> steps.add((long) stride));
        steps.add(1L);
        Shape shape = node.output()
                .type()
                .shape()
                .with(-1, node.input(0).type().shape().dim(-1));
        Op slice = new Op.Slice(Collections.nCopies(steps.size(), Dim.ZERO), steps, shape);
        return rewriting.emit(slice, node.origin(), node.input(0));
    }

    private static Optional<Value> tiling(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.ConvolveTransposed(Window window, int groups, Shape shape))
                || groups != 1
                || !window.extents().equals(window.strides())
                || !window.dilations().stream().allMatch(dilation -> dilation == 1)
                || !isUnpadded(window)
                || !shape.equals(tiled(node, window))) {
            return Optional.empty();
        }
        List<String> space = names("s", window.rank());
        List<String> taps = names("k", window.rank());
        List<String> left = new ArrayList<>(List.of("b"));
        left.addAll(space);
        List<String> result = new ArrayList<>(List.of("b"));
        for (int axis = 0; axis < window.rank(); axis++) {
            result.add(space.get(axis));
            result.add(taps.get(axis));
        }
        List<String> right = plus(plus(taps, "c"), "m");
        Op contract = new Op.Contract(plus(left, "c"), right, plus(result, "m"), accumulate(node));
        Value product = rewriting.emit(contract, node.origin(), node.input(0), node.input(1));
        return Optional.of(rewriting.emit(new Op.Reshape(shape), node.origin(), product));
    }

    private static Shape tiled(Node node, Window window) {
        Shape shape = node.input(0)
                .type()
                .shape()
                .with(-1, node.input(1).type().shape().dim(-1));
        for (int axis = 0; axis < window.rank(); axis++) {
            shape = shape.with(
                    axis + 1, shape.dim(axis + 1).times(window.strides().get(axis)));
        }
        return shape;
    }

    private static boolean isUnpadded(Window window) {
        return window.before().stream().allMatch(amount -> amount.is(0))
                && window.after().stream().allMatch(amount -> amount.is(0));
    }

    private static DType accumulate(Node node) {
        return node.output().type().dtype();
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(index -> prefix + index).toList();
    }

    private static List<String> plus(List<String> names, String last) {
        List<String> longer = new ArrayList<>(names);
        longer.add(last);
        return longer;
    }
}
