package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code concat(x[a:b], x[b:c]) = x[a:c]}: neighbours that a split took apart are put together again as one, so that what was split can
 * be computed where the concatenation lies, and is not copied. Exporters spell blocks that keep all halves (CSP, C2f) so.
 */
final class RejoinSlices {
    static final Rule RULE = new Rule("concat(x[a:b], x[b:c]) = x[a:c]", RejoinSlices::apply);

    private RejoinSlices() {}

    private static Optional<Value> apply(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Concat(int axis))) {
            return Optional.empty();
        }
        List<Value> joined = new ArrayList<>();
        for (Value part : node.inputs()) {
            Optional<Value> both =
                    joined.isEmpty() ? Optional.empty() : joined(joined.getLast(), part, axis, node, rewriting);
            both.ifPresent(whole -> joined.removeLast());
            joined.add(both.orElse(part));
        }
        if (joined.size() == node.inputs().size()) {
            return Optional.empty();
        }
        return Optional.of(
                joined.size() == 1
                        ? joined.getFirst()
                        : rewriting.emitAll(node.op(), joined, node.origin()).getFirst());
    }

    /** The slice that {@code left} and {@code right} are beside each other; none if they are not of one value, or apart. */
    private static Optional<Value> joined(Value left, Value right, int axis, Node node, Rewriting rewriting) {
        Optional<Node> first = rewriting.producer(left, Op.Slice.class);
        Optional<Node> second = rewriting.producer(right, Op.Slice.class);
        if (first.isEmpty()
                || second.isEmpty()
                || !first.get().input(0).equals(second.get().input(0))) {
            return Optional.empty();
        }
        Op.Slice before = (Op.Slice) first.get().op();
        Op.Slice after = (Op.Slice) second.get().op();
        List<Dim> follows = new ArrayList<>(before.starts());
        follows.set(
                axis,
                before.starts()
                        .get(axis)
                        .plus(before.shape().dim(axis).times(before.steps().get(axis))));
        if (!before.steps().equals(after.steps()) || !follows.equals(after.starts())) {
            return Optional.empty();
        }
        List<Dim> dims = new ArrayList<>(before.shape().dims());
        dims.set(axis, dims.get(axis).plus(after.shape().dim(axis)));
        return Optional.of(rewriting.emit(
                new Op.Slice(before.starts(), before.steps(), new Shape(dims)),
                node.origin(),
                first.get().input(0)));
    }
}
