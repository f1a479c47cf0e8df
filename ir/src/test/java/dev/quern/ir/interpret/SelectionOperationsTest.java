package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.all;
import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.host;
import static dev.quern.ir.interpret.Operations.longs;
import static dev.quern.ir.interpret.Operations.of;
import static dev.quern.ir.interpret.Operations.one;
import static dev.quern.ir.interpret.Operations.scalar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Op;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelectionOperationsTest {
    private static final Tensor X = floats(0, 1, 2, 3, 4, 5).reshape(2, 3);

    @Test
    void gathers() {
        assertNumbers(one(new Op.Gather(1), X, longs(-1, 0)), 2, 0, 5, 3);
        assertNumbers(one(new Op.Gather(0), X, scalar(1)), 3, 4, 5);
        assertNumbers(one(new Op.GatherElements(0), X, longs(1, 0, -1).reshape(1, 3)), 3, 1, 5);
        assertNumbers(one(new Op.GatherNd(0), X, longs(1, 2, 0, -3).reshape(2, 2)), 5, 0);
        assertNumbers(one(new Op.GatherNd(1), X, longs(1, 0).reshape(2, 1)), 1, 3);
        assertNumbers(one(new Op.GatherNd(0), X, longs(1).reshape(1, 1)), 3, 4, 5);
        assertEquals(
                List.of("b"),
                one(new Op.Gather(0), Tensor.of(new String[] {"a", "b"}, 2), longs(1))
                        .strings());
        ModelException outside = assertThrows(ModelException.class, () -> one(new Op.Gather(1), X, longs(3)));
        assertEquals("node: index 3 is outside an axis of 3 elements, expected -3 to 2", outside.getMessage());
    }

    @Test
    void scatters() {
        Tensor updates = floats(10, 20, 30).reshape(1, 3);
        Tensor indices = longs(1, 0, -1).reshape(1, 3);
        assertNumbers(
                one(new Op.ScatterElements(0, Op.ScatterMode.OVERWRITE), X, indices, updates), 0, 20, 2, 10, 4, 30);
        assertNumbers(one(new Op.ScatterElements(0, Op.ScatterMode.ADD), X, indices, updates), 0, 21, 2, 13, 4, 35);
        Tensor twice = longs(1, 1).reshape(2, 1);
        Tensor rows = floats(1, 9, 1, 2, 2, 2).reshape(2, 3);
        assertNumbers(one(new Op.ScatterNd(Op.ScatterMode.MULTIPLY), X, twice, rows), 0, 1, 2, 6, 72, 10);
        assertNumbers(one(new Op.ScatterNd(Op.ScatterMode.MAX), X, twice, rows), 0, 1, 2, 3, 9, 5);
        assertNumbers(one(new Op.ScatterNd(Op.ScatterMode.OVERWRITE), X, twice, rows), 0, 1, 2, 2, 2, 2);
    }

    @Test
    void updates() {
        Tensor update = floats(10, 20).reshape(2, 1);
        Op.Update second = new Op.Update(List.of(Dim.ZERO, Dim.ONE), 1, false);
        Op.Update around = new Op.Update(List.of(Dim.ZERO, Dim.of(2)), 1, true);
        assertNumbers(one(second, X, update), 0, 10, 2, 3, 20, 5);
        assertNumbers(one(second, X, update, longs(1, 0)), 0, 1, 10, 3, 20, 5);
        assertNumbers(one(second, X, update, scalar(1)), 0, 1, 10, 3, 4, 20);
        assertNumbers(one(around, X, update, longs(2, -5)), 0, 10, 2, 20, 4, 5);
        assertNumbers(one(around, X, floats(10, 20, 30, 40).reshape(2, 2)), 20, 1, 10, 40, 4, 30);
        ModelException outside = assertThrows(ModelException.class, () -> one(second, X, update, longs(0, 2)));
        assertEquals(
                "node: offset 2 (element 1) puts 1 elements beyond axis 1 of 3, expected 0 to 1", outside.getMessage());
        assertThrows(ModelException.class, () -> one(second, X, update, longs(-1, 0)));
    }

    @Test
    void reductions() {
        assertNumbers(one(new Op.Reduce(Combiner.SUM, List.of(0)), X), 3, 5, 7);
        assertNumbers(one(new Op.Reduce(Combiner.MAX, List.of(1)), X), 2, 5);
        assertNumbers(one(new Op.Reduce(Combiner.PRODUCT, List.of(0, 1)), X), 0);
        assertNumbers(
                one(new Op.Reduce(Combiner.MIN, List.of(0)), Tensor.of(new float[0], 0, 2)),
                Float.POSITIVE_INFINITY,
                Float.POSITIVE_INFINITY);
        assertNumbers(one(new Op.Reduce(Combiner.AND, List.of(0)), of(DType.BOOL, 1, 0)), 0);
        assertNumbers(one(new Op.Reduce(Combiner.SUM, List.of(0)), of(DType.I8, 100, 100)), -56);
        assertNumbers(one(new Op.Reduce(Combiner.MAX, List.of(0)), floats(1, Float.NaN, 2)), Double.NaN);
        assertNumbers(one(new Op.Reduce(Combiner.SUM, List.of()), scalar(4)), 4);
        assertNumbers(one(new Op.Cumulate(Combiner.SUM, 1, false, false), X), 0, 1, 3, 3, 7, 12);
        assertNumbers(one(new Op.Cumulate(Combiner.SUM, 1, true, true), X), 3, 2, 0, 9, 5, 0);
        assertNumbers(one(new Op.ArgReduce(true, 0, false), floats(1, 3, 3)), 1);
        assertNumbers(one(new Op.ArgReduce(true, 0, true), floats(1, 3, 3)), 2);
        assertNumbers(one(new Op.ArgReduce(false, 1, false), X), 0, 0);
    }

    /** A sum is kept as a double: a float would lose each of the ones. */
    @Test
    void sumsKeepDoubles() {
        assertNumbers(one(new Op.Reduce(Combiner.SUM, List.of(0)), floats(1e8f, 1, 1, 1, 1, -1e8f)), 4);
    }

    @Test
    void topElementsByOrderAndIndex() {
        List<Tensor> top = all(new Op.TopK(0, Dim.of(3), true, true), floats(1, 4, 4, 2));
        assertNumbers(top.get(0), 4, 4, 2);
        assertNumbers(top.get(1), 1, 2, 3);
        assertNumbers(all(new Op.TopK(0, Dim.ONE, false, true), X).get(0), 0, 1, 2);
        assertNumbers(
                host("TopKBy", Map.of("axis", new Attribute.Whole(1)), X, longs(1))
                        .get(1),
                2,
                2);
    }

    @Test
    void choicesByValue() {
        assertNumbers(
                host("NonZero", Map.of(), floats(0, 1, 2, 0).reshape(2, 2)).getFirst(), 0, 1, 1, 0);
        assertNumbers(
                host("Compress", Map.of("axis", new Attribute.Whole(1)), X, of(DType.BOOL, 0, 1))
                        .getFirst(),
                1,
                4);
        assertNumbers(host("Compress", Map.of(), X, of(DType.BOOL, 1, 0, 0, 1)).getFirst(), 0, 3);
        assertNumbers(
                host("OneHotTo", Map.of("axis", new Attribute.Whole(0)), longs(1, -1, 7), scalar(3), floats(0, 5))
                        .getFirst(),
                0,
                0,
                0,
                5,
                0,
                0,
                0,
                5,
                0);
        assertThrows(ModelException.class, () -> host("Nonsense", Map.of(), X));
    }

    @Test
    void distinctElements() {
        List<Tensor> sorted = host("Unique", Map.of(), floats(2, 1, 1, 3, 4, 3));
        assertNumbers(sorted.get(0), 1, 2, 3, 4);
        assertNumbers(sorted.get(1), 1, 0, 3, 4);
        assertNumbers(sorted.get(2), 1, 0, 0, 2, 3, 2);
        assertNumbers(sorted.get(3), 2, 1, 2, 1);
        List<Tensor> met = host("Unique", Map.of("sorted", new Attribute.Whole(0)), floats(2, 1, 1, 3));
        assertNumbers(met.get(0), 2, 1, 3);
        assertNumbers(met.get(2), 0, 1, 1, 2);
        List<Tensor> rows = host(
                "Unique",
                Map.of("axis", new Attribute.Whole(0)),
                floats(1, 0, 0, 1, 1, 0).reshape(3, 2));
        assertNumbers(rows.get(0), 0, 1, 1, 0);
        assertNumbers(rows.get(3), 1, 2);
    }

    @Test
    void boxesThatOverlap() {
        Tensor boxes = floats(
                        0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, -0.1f, 1, 0.9f, 0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 0, 100, 1,
                        101)
                .reshape(1, 6, 4);
        Tensor scores = floats(0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f).reshape(1, 1, 6);
        assertNumbers(
                host("NonMaxSuppression", Map.of(), boxes, scores, longs(3), floats(0.5f), floats(0))
                        .getFirst(),
                0,
                0,
                3,
                0,
                0,
                0,
                0,
                0,
                5);
        assertNumbers(host("NonMaxSuppression", Map.of(), boxes, scores).getFirst());
    }
}
