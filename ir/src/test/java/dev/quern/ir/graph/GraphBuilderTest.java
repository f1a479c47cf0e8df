package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
    private static final Dim N = Dim.symbol("n");
    private static final Dim M = Dim.symbol("m");

    private final GraphBuilder builder = new GraphBuilder("test");

    private Value input(String name, Dim... dims) {
        return builder.input(name, new TensorType(DType.F32, Shape.of(dims)));
    }

    @Test
    void binaryBroadcastsAndGuards() {
        Value sum = builder.binary(BinaryOp.ADD, input("x", N, Dim.of(4)), input("y", M, Dim.ONE));
        assertEquals(Shape.of(N, Dim.of(4)), sum.type().shape());
        Graph graph = builder.build(List.of(sum));
        assertEquals(
                List.of("n == m"),
                graph.guards().stream().map(ShapeGuard::toString).toList());
        assertEquals(2, graph.nodes().size(), "one broadcast, one addition");
    }

    @Test
    void aGuardIsRecordedOnce() {
        Value x = input("x", N);
        Value y = input("y", M);
        builder.binary(BinaryOp.ADD, x, y);
        Value again = builder.binary(BinaryOp.MUL, y, x);
        assertEquals(1, builder.build(List.of(again)).guards().size());
    }

    @Test
    void shapesThatCannotBroadcastNameThePlace() {
        builder.at("node 'sum' (Add)");
        ModelException refused = assertThrows(
                ModelException.class, () -> builder.binary(BinaryOp.ADD, input("x", Dim.of(3)), input("y", Dim.of(4))));
        assertEquals("node 'sum' (Add)", refused.where());
        assertTrue(refused.getMessage().contains("[3] and [4]"), refused.getMessage());
    }

    @Test
    void knownIntegersBecomeDimensions() {
        Value shape = builder.dimensions(List.of(N, Dim.of(2)));
        Value doubled = builder.binary(BinaryOp.MUL, shape, 2);
        Op op = builder.producer(doubled).orElseThrow().op();
        assertEquals(
                List.of(N.times(2), Dim.of(4)),
                assertInstanceOf(Op.DimValues.class, op).values());
        Graph graph = builder.build(List.of(doubled));
        assertEquals(1, graph.nodes().size(), "what led there is dropped");
    }

    @Test
    void nothingIsAddedWhereNothingIsToBeDone() {
        Value x = input("x", N, M);
        assertSame(x, builder.cast(x, DType.F32));
        assertSame(x, builder.transpose(x, List.of(0, 1)));
        assertSame(x, builder.reshape(x, Shape.of(N, M)));
        assertSame(x, builder.slice(x, 0, Dim.ZERO, N));
    }

    @Test
    void namesAreGivenAtTheEnd() {
        builder.reserve(List.of("unary_1"));
        Value x = input("x", N);
        Value first = builder.unary(UnaryOp.EXP, x);
        Value second = builder.unary(UnaryOp.LOG, first);
        builder.name(second, "unary_1");
        Graph graph = builder.build(List.of(second));
        assertEquals("unary_1", graph.outputs().getFirst().name());
        assertEquals(graph.outputs().getFirst(), graph.nodes().getLast().output());
        assertEquals(
                3,
                java.util.stream.Stream.of(
                                x.name(), graph.nodes().getFirst().output().name(), "unary_1")
                        .distinct()
                        .count());
    }

    @Test
    void freshSymbolsAreNew() {
        input("x", N);
        assertEquals("n_1", builder.freshSymbol("n").toString());
        assertEquals("n_2", builder.nested("body").freshSymbol("n").toString());
    }
}
