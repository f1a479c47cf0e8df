package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DimTrackerTest {
    private static final Dim N = Dim.symbol("n");
    private static final Dim M = Dim.symbol("m");

    private final GraphBuilder builder = new GraphBuilder("test");

    private Value longs(long... values) {
        return builder.constant(Tensor.of(values, values.length));
    }

    private List<Dim> dims(Value value) {
        return builder.dims().dims(value).orElseThrow();
    }

    @Test
    void shapeArithmeticOfExportersIsFollowed() {
        Value shape = builder.dimensions(List.of(N, M, Dim.of(384)));
        Value batch = builder.add(new Op.Gather(0), shape, longs(0));
        Value heads = builder.add(new Op.Concat(0), batch, longs(-1, 12, 32));
        assertEquals(List.of(N, Dim.of(-1), Dim.of(12), Dim.of(32)), dims(heads));
        Value product = builder.reduce(Combiner.PRODUCT, shape, List.of(0), false);
        assertEquals(List.of(N.times(M).times(384)), dims(product));
    }

    @Test
    void minusOneIsReplacedWhereItIsDecided() {
        Value target = builder.dimensions(List.of(N, Dim.of(-1), M));
        Value isMinusOne = builder.compare(CompareOp.EQ, target, longs(-1));
        assertEquals(List.of(Dim.ZERO, Dim.ONE, Dim.ZERO), dims(isMinusOne));
        Value chosen = builder.select(isMinusOne, longs(1), target);
        assertEquals(List.of(N, Dim.ONE, M), dims(chosen));
    }

    @Test
    void whatIsNotDecidedStaysUnknown() {
        Value zero = builder.compare(CompareOp.EQ, builder.dimensions(List.of(N)), longs(0));
        assertEquals(Optional.empty(), builder.dims().truth(zero));
        Value less = builder.compare(CompareOp.LT, builder.dimensions(List.of(N)), longs(0));
        assertEquals(Optional.of(false), builder.dims().truth(less));
    }

    @Test
    void floatDetoursAreExact() {
        Value length = builder.cast(builder.dimensions(List.of(N)), DType.F32);
        Value halves = builder.binary(BinaryOp.DIV, length, 2);
        assertEquals(List.of(N.ceilDiv(Dim.of(2))), dims(builder.cast(builder.unary(UnaryOp.CEIL, halves), DType.I64)));
        Value scaled = builder.binary(BinaryOp.MUL, length, 2.5);
        assertEquals(
                List.of(N.times(5).floorDiv(Dim.of(2))),
                dims(builder.cast(builder.unary(UnaryOp.FLOOR, scaled), DType.I64)));
        Value root = builder.unary(UnaryOp.SQRT, builder.scalar(DType.F32, 2));
        assertArrayEquals(
                new double[] {(float) Math.sqrt(2)},
                builder.dims().constants(root).orElseThrow());
    }

    @Test
    void divisionThatRoundsToZeroIsFloorOnlyOfWhatIsNotNegative() {
        Value half = builder.binary(BinaryOp.DIV, builder.dimensions(List.of(N)), longs(2));
        assertEquals(List.of(N.floorDiv(Dim.of(2))), dims(half));
        Value uncertain = builder.binary(BinaryOp.DIV, builder.dimensions(List.of(N.minus(3))), longs(2));
        assertTrue(builder.dims().dims(uncertain).isEmpty());
        assertEquals(List.of(Dim.of(-3)), dims(builder.binary(BinaryOp.DIV, longs(-7), longs(2))));
    }

    @Test
    void tensorsAreKnownInPart() {
        Value unknown = builder.input("k", new TensorType(DType.I64, Shape.of(1)));
        Value mixed = builder.add(new Op.Concat(0), builder.dimensions(List.of(N)), unknown);
        assertEquals(
                List.of(Optional.of(N), Optional.empty()),
                builder.dims().partialDims(mixed).orElseThrow());
        assertEquals(List.of(N), dims(builder.slice(mixed, 0, Dim.ZERO, Dim.ONE)));
    }

    @Test
    void movementKeepsTrack() {
        Value grid = builder.add(new Op.Reshape(Shape.of(2, 3)), longs(1, 2, 3, 4, 5, 6));
        Value turned = builder.transpose(grid, List.of(1, 0));
        assertArrayEquals(
                new double[] {1, 4, 2, 5, 3, 6},
                builder.dims().constants(turned).orElseThrow());
        Value backwards =
                builder.add(new Op.Slice(List.of(Dim.of(5)), List.of(-2L), Shape.of(3)), longs(1, 2, 3, 4, 5, 6));
        assertArrayEquals(
                new double[] {6, 4, 2}, builder.dims().constants(backwards).orElseThrow());
        Value wide = builder.broadcast(longs(7), Shape.of(2, 2));
        assertArrayEquals(
                new double[] {7, 7, 7, 7}, builder.dims().constants(wide).orElseThrow());
    }

    @Test
    void overflowIsNotTracked() {
        Value product = builder.binary(BinaryOp.MUL, longs(Long.MAX_VALUE), longs(3));
        assertTrue(builder.dims().dims(product).isEmpty());
    }
}
