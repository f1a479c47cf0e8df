package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Rewrites of operations that only move elements. */
final class MovementRules {
    static final List<Rule> ALL = List.of(
            new Rule("reshape(x) = x where the shapes are equal", MovementRules::reshapeToSame),
            new Rule("reshape(reshape(x)) = reshape(x)", MovementRules::reshapeOfReshape),
            new Rule("transpose(x) = x for the identity", MovementRules::transposeIdentity),
            new Rule("transpose(transpose(x, p), q) = transpose(x, p∘q)", MovementRules::transposeOfTranspose),
            new Rule("transpose(x) = reshape(x) where only axes of extent 1 move", MovementRules::transposeOfUnits),
            new Rule("broadcast(x) = x where the shapes are equal", MovementRules::broadcastToSame),
            new Rule("broadcast(broadcast(x)) = broadcast(x)", MovementRules::broadcastOfBroadcast),
            new Rule(
                    "broadcast(c) = broadcast(c[0]) where all elements of c are the same",
                    MovementRules::broadcastOfUniform),
            new Rule("slice(x) = x where all of x is taken", MovementRules::sliceOfAll),
            new Rule("concat(x) = x", MovementRules::concatOfOne),
            new Rule("pad(x) = x where nothing is added", MovementRules::padByNothing),
            new Rule(
                    "contract(transpose(x), y) = contract(x, y) with axes renamed",
                    MovementRules::contractOfTranspose));

    /** Elements of a constant that are looked at. */
    private static final long MOST_UNIFORM = 1 << 12;

    private MovementRules() {}

    private static Optional<Value> reshapeToSame(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Reshape(Shape shape)
                        && node.input(0).type().shape().equals(shape)
                        && !(rewriting.isOutput(node.output()) && pinned(node.input(0), rewriting))
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    /** Whether {@code value} cannot take an output's name: the copy that gives the output its name must stay. */
    private static boolean pinned(Value value, Rewriting rewriting) {
        return rewriting.isOutput(value) || rewriting.producer(value).isEmpty();
    }

    private static Optional<Value> reshapeOfReshape(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Reshape
                ? rewriting
                        .producer(node.input(0), Op.Reshape.class)
                        .map(inner -> rewriting.emit(node.op(), node.origin(), inner.input(0)))
                : Optional.empty();
    }

    private static Optional<Value> transposeIdentity(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Transpose(List<Integer> permutation)
                        && permutation.equals(
                                IntStream.range(0, permutation.size()).boxed().toList())
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    private static Optional<Value> transposeOfTranspose(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Transpose(List<Integer> outer))) {
            return Optional.empty();
        }
        return rewriting.producer(node.input(0), Op.Transpose.class).map(inner -> {
            List<Integer> first = ((Op.Transpose) inner.op()).permutation();
            return rewriting.emit(
                    new Op.Transpose(outer.stream().map(first::get).toList()), node.origin(), inner.input(0));
        });
    }

    private static Optional<Value> transposeOfUnits(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Transpose(List<Integer> permutation))) {
            return Optional.empty();
        }
        Shape shape = node.input(0).type().shape();
        List<Integer> moved =
                permutation.stream().filter(axis -> !shape.dim(axis).is(1)).toList();
        boolean ordered = IntStream.range(1, moved.size()).allMatch(i -> moved.get(i - 1) < moved.get(i));
        return ordered
                ? Optional.of(
                        rewriting.emit(new Op.Reshape(node.output().type().shape()), node.origin(), node.input(0)))
                : Optional.empty();
    }

    private static Optional<Value> broadcastToSame(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Broadcast(Shape shape)
                        && node.input(0).type().shape().equals(shape)
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    private static Optional<Value> broadcastOfBroadcast(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Broadcast
                ? rewriting
                        .producer(node.input(0), Op.Broadcast.class)
                        .map(inner -> rewriting.emit(node.op(), node.origin(), inner.input(0)))
                : Optional.empty();
    }

    private static Optional<Value> broadcastOfUniform(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Broadcast)) {
            return Optional.empty();
        }
        return rewriting
                .constant(node.input(0))
                .filter(constant -> constant.elements() > 1 && constant.elements() <= MOST_UNIFORM)
                .filter(constant ->
                        constant.dtype() != DType.STRING && constant.dtype().byteSize(2) % 2 == 0)
                .filter(MovementRules::isUniform)
                .map(constant -> {
                    DType dtype = constant.dtype();
                    byte[] first =
                            constant.segment().asSlice(0, dtype.byteSize(1)).toArray(ValueLayout.JAVA_BYTE);
                    Tensor one = Tensor.of(MemorySegment.ofArray(first), dtype);
                    return rewriting.emit(node.op(), node.origin(), rewriting.constant(one, node.origin()));
                });
    }

    /** Whether all elements have the same bits. */
    private static boolean isUniform(Tensor tensor) {
        MemorySegment data = tensor.segment();
        long width = tensor.dtype().byteSize(1);
        return data.asSlice(width).mismatch(data.asSlice(0, data.byteSize() - width)) < 0;
    }

    private static Optional<Value> sliceOfAll(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Slice(List<Dim> starts, List<Long> steps, Shape shape)
                        && shape.equals(node.input(0).type().shape())
                        && starts.stream().allMatch(start -> start.is(0))
                        && steps.stream().allMatch(step -> step == 1)
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    private static Optional<Value> concatOfOne(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Concat(int axis))) {
            return Optional.empty();
        }
        List<Value> filled = node.inputs().stream()
                .filter(input -> !input.type().shape().dim(axis).is(0))
                .toList();
        if (filled.size() == 1) {
            return Optional.of(filled.getFirst());
        }
        return filled.size() < node.inputs().size() && !filled.isEmpty()
                ? Optional.of(
                        rewriting.emitAll(node.op(), filled, node.origin()).getFirst())
                : Optional.empty();
    }

    private static Optional<Value> padByNothing(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Pad(Op.PadMode mode, List<Dim> before, List<Dim> after)
                        && before.stream().allMatch(amount -> amount.is(0))
                        && after.stream().allMatch(amount -> amount.is(0))
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    private static Optional<Value> contractOfTranspose(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Contract contract)) {
            return Optional.empty();
        }
        Optional<Node> left = rewriting.producer(node.input(0), Op.Transpose.class);
        Optional<Node> right = rewriting.producer(node.input(1), Op.Transpose.class);
        if (left.isEmpty() && right.isEmpty()) {
            return Optional.empty();
        }
        Op renamed = new Op.Contract(
                left.map(transpose -> untransposed(contract.left(), transpose)).orElse(contract.left()),
                right.map(transpose -> untransposed(contract.right(), transpose))
                        .orElse(contract.right()),
                contract.result(),
                contract.accumulate());
        return Optional.of(rewriting.emit(
                renamed,
                node.origin(),
                left.map(transpose -> transpose.input(0)).orElse(node.input(0)),
                right.map(transpose -> transpose.input(0)).orElse(node.input(1))));
    }

    private static List<String> untransposed(List<String> names, Node transpose) {
        List<Integer> permutation = ((Op.Transpose) transpose.op()).permutation();
        List<String> before = new ArrayList<>(names);
        for (int axis = 0; axis < names.size(); axis++) {
            before.set(permutation.get(axis), names.get(axis));
        }
        return before;
    }
}
