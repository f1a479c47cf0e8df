package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldConstantsTest {
    private static final TensorType ROW = new TensorType(DType.F32, Shape.of(64));

    private static Node constant(String name, float value) {
        Literal literal = new Literal(Tensor.of(new float[] {value}, 1));
        return new Node(
                new Op.Constant(literal),
                List.of(),
                List.of(new Value(name, new TensorType(DType.F32, Shape.of(1)))),
                "");
    }

    private static Node spread(Node scalar, String name) {
        return new Node(new Op.Broadcast(ROW.shape()), List.of(scalar.output()), List.of(new Value(name, ROW)), "");
    }

    @Test
    void aBroadcastNumberStaysANumber() {
        Value x = new Value("x", ROW);
        Node two = constant("two", 2);
        Node spread = spread(two, "spread");
        Node power =
                new Node(new Op.Binary(BinaryOp.POW), List.of(x, spread.output()), List.of(new Value("y", ROW)), "");
        Graph graph = new Graph("g", List.of(x), List.of(power.output()), List.of(two, spread, power), List.of());
        Graph after = GraphPipeline.run(graph);
        assertEquals(
                List.of(new Op.Binary(BinaryOp.MUL)),
                after.nodes().stream().map(Node::op).toList());
    }

    @Test
    void broadcastsOfConstantsAreOperandsToFold() {
        Node two = constant("two", 2);
        Node three = constant("three", 3);
        Node left = spread(two, "left");
        Node right = spread(three, "right");
        Node sum = new Node(
                new Op.Binary(BinaryOp.ADD), List.of(left.output(), right.output()), List.of(new Value("y", ROW)), "");
        Graph graph =
                new Graph("g", List.of(), List.of(sum.output()), List.of(two, three, left, right, sum), List.of());
        Graph after = GraphPipeline.run(graph);
        assertEquals(1, after.nodes().size());
        Literal folded = assertInstanceOf(
                        Op.Constant.class, after.nodes().getFirst().op())
                .literal();
        float[] expected = new float[64];
        java.util.Arrays.fill(expected, 5);
        assertArrayEquals(expected, folded.tensor().toFloatArray());
    }
}
