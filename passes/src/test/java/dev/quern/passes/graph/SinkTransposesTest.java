package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SinkTransposesTest {
    private static final Shape IMAGE = Shape.of(Dim.symbol("n"), Dim.symbol("h"), Dim.symbol("w"), Dim.of(8));
    private static final Op.Transpose FIRST = new Op.Transpose(List.of(0, 3, 1, 2));
    private static final Op.Transpose LAST = new Op.Transpose(List.of(0, 2, 3, 1));

    private final List<Node> nodes = new ArrayList<>();

    private Value apply(Op op, Value... operands) {
        TensorType type = TypeInference.infer(
                        op, List.of(operands).stream().map(Value::type).toList())
                .getFirst();
        Value result = new Value("v" + nodes.size(), type);
        nodes.add(new Node(op, List.of(operands), List.of(result), ""));
        return result;
    }

    private List<Op> passed(Value input, Value output) {
        Graph graph = new Graph("test", List.of(input), List.of(output), nodes, List.of());
        Graph after = GraphPipeline.run(graph);
        assertEquals(output.type(), after.outputs().getFirst().type());
        return after.nodes().stream().map(Node::op).toList();
    }

    @Test
    void transposesMeetAndCancel() {
        Value x = new Value("x", new TensorType(DType.F32, IMAGE));
        Value end = apply(LAST, apply(new Op.Unary(UnaryOp.TANH), apply(FIRST, x)));
        assertEquals(List.of(new Op.Unary(UnaryOp.TANH)), passed(x, end));
    }

    @Test
    void reductionOverSpaceNeedsNoTranspose() {
        Value x = new Value("x", new TensorType(DType.F32, IMAGE));
        Value end = apply(new Op.Reduce(Combiner.MAX, List.of(2, 3)), apply(FIRST, x));
        assertEquals(List.of(new Op.Reduce(Combiner.MAX, List.of(1, 2))), passed(x, end));
    }

    @Test
    void flattenedImageTurnsIntoRows() {
        Value x = new Value("x", new TensorType(DType.F32, IMAGE));
        Value flat = apply(
                new Op.Reshape(
                        Shape.of(Dim.symbol("n"), Dim.of(8), Dim.symbol("h").times(Dim.symbol("w")))),
                apply(FIRST, x));
        Value rows = apply(new Op.Transpose(List.of(0, 2, 1)), flat);
        List<Op> ops = passed(x, rows);
        assertEquals(1, ops.size());
        assertTrue(ops.getFirst() instanceof Op.Reshape);
    }

    @Test
    void reshapeAcrossGroupsKeepsItsTranspose() {
        Value x = new Value("x", new TensorType(DType.F32, Shape.of(2, 3, 4)));
        Value turned = apply(new Op.Transpose(List.of(0, 2, 1)), x);
        Value end = apply(new Op.Reshape(Shape.of(2, 12)), turned);
        assertEquals(2, passed(x, end).size());
    }
}
