package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/** Which indices a node takes from data, and in which range they must lie. */
final class IndexChecks {
    private IndexChecks() {}

    /**
     * What a node takes by indices.
     *
     * @param indices what they are
     * @param extents the ranges that they lie in, each from 0 on; one for all, or one for each entry of a tuple
     * @param fromEnd whether negative ones count from the end
     */
    private record IndexUse(Value indices, List<Dim> extents, boolean fromEnd) {}

    /**
     * The check that must precede {@code node}; none if it takes no indices, or they are constant and in range, or there are none.
     *
     * @throws ModelException if they are constant and out of range
     */
    static Optional<Piece.CheckPiece> of(Dataflow flow, Node node) {
        return taken(node)
                .filter(found -> !found.extents().isEmpty()
                        && !found.indices().type().shape().elements().is(0))
                .flatMap(found -> check(flow, found, node.origin()));
    }

    private static Optional<Piece.CheckPiece> check(Dataflow flow, IndexUse taken, String origin) {
        Optional<Literal> literal = flow.producer(taken.indices())
                .map(Node::op)
                .filter(Op.Constant.class::isInstance)
                .map(op -> ((Op.Constant) op).literal());
        if (literal.isPresent() && taken.extents().stream().allMatch(Dim::isConstant)) {
            verify(literal.get(), taken, origin);
            return Optional.empty();
        }
        return Optional.of(new Piece.CheckPiece(taken.indices(), taken.extents(), taken.fromEnd(), origin));
    }

    private static Optional<IndexUse> taken(Node node) {
        return switch (node.op()) {
            case Op.Lookup lookup ->
                switch (lookup) {
                    case Op.Gather(int axis) ->
                        fromEnd(node, List.of(shape(node).dim(axis)));
                    case Op.GatherElements(int axis) ->
                        fromEnd(node, List.of(shape(node).dim(axis)));
                    case Op.GatherNd(int batch) -> fromEnd(node, tuple(node, batch));
                };
            case Op.ScatterElements(int axis, var _) ->
                fromEnd(node, List.of(shape(node).dim(axis)));
            case Op.ScatterNd _ -> fromEnd(node, tuple(node, 0));
            case Op.Update update -> offsets(node, update);
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Along _, Op.Product _ -> Optional.empty();
            case Op.Sampling _, Op.Composite _, Op.TopK _, Op.Encoded _, Op.Control _, Op.Host _ -> Optional.empty();
        };
    }

    private static Optional<IndexUse> fromEnd(Node node, List<Dim> extents) {
        return Optional.of(new IndexUse(node.input(1), extents, true));
    }

    /** Offsets leave room for what is written behind them; those around a circle are all in range. */
    private static Optional<IndexUse> offsets(Node node, Op.Update update) {
        Shape box = node.input(1).type().shape();
        if (node.inputs().size() < 3 || update.circular() || box.elements().is(0)) {
            return Optional.empty();
        }
        Dim room = shape(node)
                .dim(update.axis())
                .minus(box.dim(update.axis()))
                .minus(update.starts().get(update.axis()));
        return Optional.of(new IndexUse(node.input(2), List.of(room.plus(1)), false));
    }

    private static Shape shape(Node node) {
        return node.input(0).type().shape();
    }

    private static List<Dim> tuple(Node node, int batch) {
        int depth = (int) node.input(1).type().shape().dim(-1).constant();
        return shape(node).dims().subList(batch, batch + depth);
    }

    private static void verify(Literal literal, IndexUse taken, String origin) {
        long[] values = values(literal);
        for (int i = 0; i < values.length; i++) {
            long extent = taken.extents().get(i % taken.extents().size()).constant();
            long least = taken.fromEnd() ? -extent : 0;
            if (values[i] < least || values[i] >= extent) {
                throw new ModelException(
                        ModelException.Code.INVALID_MODEL,
                        origin,
                        "index " + values[i] + " is out of range; expected " + least + " to " + (extent - 1));
            }
        }
    }

    private static long[] values(Literal literal) {
        if (literal.tensor().dtype() == DType.I64) {
            return literal.tensor().toLongArray();
        }
        int[] narrow = literal.tensor().toIntArray();
        long[] wide = new long[narrow.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = narrow[i];
        }
        return wide;
    }
}
