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
     * The check that must precede {@code node}; none if it takes no indices, or they are constant and in range, or there are none.
     *
     * @throws ModelException if they are constant and out of range
     */
    static Optional<Piece.Check> of(Dataflow flow, Node node) {
        List<Dim> extents = extents(node);
        if (extents.isEmpty() || node.input(1).type().shape().elements().is(0)) {
            return Optional.empty();
        }
        Value indices = node.input(1);
        Optional<Literal> literal = flow.producer(indices)
                .map(Node::op)
                .filter(Op.Constant.class::isInstance)
                .map(op -> ((Op.Constant) op).literal());
        if (literal.isPresent() && extents.stream().allMatch(Dim::isConstant)) {
            verify(literal.get(), extents, node.origin());
            return Optional.empty();
        }
        return Optional.of(new Piece.Check(indices, extents, node.origin()));
    }

    private static List<Dim> extents(Node node) {
        return switch (node.op()) {
            case Op.Lookup lookup ->
                switch (lookup) {
                    case Op.Gather(int axis) -> List.of(shape(node).dim(axis));
                    case Op.GatherElements(int axis) -> List.of(shape(node).dim(axis));
                    case Op.GatherNd(int batch) -> tuple(node, batch);
                };
            case Op.Scatter scatter ->
                switch (scatter) {
                    case Op.ScatterElements(int axis, var _) ->
                        List.of(shape(node).dim(axis));
                    case Op.ScatterNd _ -> tuple(node, 0);
                };
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Along _, Op.Product _ -> List.of();
            case Op.Sampling _, Op.Composite _, Op.TopK _, Op.Control _, Op.Host _ -> List.of();
        };
    }

    private static Shape shape(Node node) {
        return node.input(0).type().shape();
    }

    private static List<Dim> tuple(Node node, int batch) {
        int depth = (int) node.input(1).type().shape().dim(-1).constant();
        return shape(node).dims().subList(batch, batch + depth);
    }

    private static void verify(Literal literal, List<Dim> extents, String origin) {
        long[] values = values(literal);
        for (int i = 0; i < values.length; i++) {
            long extent = extents.get(i % extents.size()).constant();
            if (values[i] < -extent || values[i] >= extent) {
                throw new ModelException(
                        ModelException.Code.INVALID_MODEL,
                        origin,
                        "index " + values[i] + " is out of range for an axis of extent " + extent + "; expected "
                                + -extent + " to " + (extent - 1));
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
