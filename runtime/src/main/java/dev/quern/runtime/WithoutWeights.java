package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph with zeros for its weights: small integers stay, because they are axes and sizes rather than learnt; every other
 * constant becomes the broadcast of a zero. It has the same types, and shows nothing of what a model knows.
 */
final class WithoutWeights {
    private WithoutWeights() {}

    static Graph of(Graph graph) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Op.Constant(Literal literal) && !isPlain(literal)) {
                zeros(node, literal, nodes);
            } else if (node.op() instanceof Op.Control control) {
                List<Graph> bodies =
                        control.bodies().stream().map(WithoutWeights::of).toList();
                nodes.add(new Node(control.withBodies(bodies), node.inputs(), node.outputs(), node.origin()));
            } else {
                nodes.add(node);
            }
        }
        return graph.with(nodes, graph.outputs());
    }

    private static boolean isPlain(Literal literal) {
        return literal.dtype().isInteger() && literal.isInline();
    }

    private static void zeros(Node node, Literal literal, List<Node> nodes) {
        DType dtype = literal.dtype();
        Tensor zero = dtype == DType.STRING
                ? Tensor.of(new String[] {""})
                : Tensor.of(MemorySegment.ofArray(new byte[Math.toIntExact(dtype.byteSize(1))]), dtype);
        Value scalar = new Value(node.output().name() + ".zero", new TensorType(dtype, Shape.of(new long[0])));
        nodes.add(new Node(new Op.Constant(new Literal(zero)), List.of(), List.of(scalar), node.origin()));
        nodes.add(
                new Node(new Op.Broadcast(Shape.of(literal.shape())), List.of(scalar), node.outputs(), node.origin()));
    }
}
