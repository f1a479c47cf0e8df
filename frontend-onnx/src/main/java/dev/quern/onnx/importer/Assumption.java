package dev.quern.onnx.importer;

import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.Optional;

/**
 * Takes a comparison of extents for true, under a guard. Exporters leave such conditions where an operation drops an axis
 * only if its extent is 1; the shape that a model was exported with is as a rule the shape that it is used with.
 */
final class Assumption {
    private Assumption() {}

    /** What {@code condition} is taken to be, a guard having been recorded; empty if it compares no extents. */
    static Optional<Boolean> of(GraphBuilder builder, Value condition) {
        Optional<Node> producer = builder.producer(condition);
        if (producer.isEmpty()) {
            return Optional.empty();
        }
        Node node = producer.get();
        return switch (node.op()) {
            case Op.Reshape reshape -> of(builder, node.input(0));
            case Op.Cast cast -> of(builder, node.input(0));
            case Op.Unary(UnaryOp function)
            when function == UnaryOp.NOT -> of(builder, node.input(0)).map(assumed -> !assumed);
            case Op.Compare(CompareOp relation) -> {
                Optional<Dim> left = builder.dims().whole(node.input(0));
                Optional<Dim> right = builder.dims().whole(node.input(1));
                yield left.isPresent() && right.isPresent()
                        ? Optional.of(assume(builder, relation, left.get(), right.get()))
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private static boolean assume(GraphBuilder builder, CompareOp relation, Dim left, Dim right) {
        switch (relation) {
            case EQ, NE -> builder.assumeEqual(left, right);
            case LT -> builder.assumeAtLeast(right, left.plus(1));
            case LE -> builder.assumeAtLeast(right, left);
            case GT -> builder.assumeAtLeast(left, right.plus(1));
            case GE -> builder.assumeAtLeast(left, right);
        }
        return relation != CompareOp.NE;
    }
}
