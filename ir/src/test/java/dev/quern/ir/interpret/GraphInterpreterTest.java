package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.assertNumbers;
import static dev.quern.ir.interpret.Operations.floats;
import static dev.quern.ir.interpret.Operations.longs;
import static dev.quern.ir.interpret.Operations.of;
import static dev.quern.ir.interpret.Operations.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphInterpreterTest {
    private static final Dim N = Dim.symbol("n");

    private static TensorType type(DType dtype, Dim... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    private static Map<String, Tensor> run(GraphBuilder builder, List<Value> outputs, Map<String, Tensor> inputs) {
        return new GraphInterpreter().run(builder.build(outputs), inputs);
    }

    @Test
    void symbolsAreBoundFromInputs() {
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", type(DType.F32, N.times(2), Dim.symbol("m")));
        Value flat = builder.reshape(x, Shape.of(N, Dim.symbol("m").times(2)));
        builder.name(flat, "y");
        assertArrayEquals(
                new long[] {3, 8},
                run(builder, List.of(flat), Map.of("x", Tensor.of(new float[24], 6, 4)))
                        .get("y")
                        .shape());
        ModelException odd = assertThrows(
                ModelException.class, () -> run(builder, List.of(flat), Map.of("x", Tensor.of(new float[20], 5, 4))));
        assertEquals("input x", odd.where());
        assertThrows(ModelException.class, () -> run(builder, List.of(flat), Map.of()));
        assertThrows(ModelException.class, () -> run(builder, List.of(flat), Map.of("x", longs(1))));
    }

    @Test
    void guardsAreChecked() {
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", type(DType.F32, N));
        Value y = builder.input("y", type(DType.F32, Dim.symbol("m")));
        Value sum = builder.at("add").binary(BinaryOp.ADD, x, y);
        assertNumbers(
                run(builder, List.of(sum), Map.of("x", floats(1, 2), "y", floats(3, 4)))
                        .values()
                        .iterator()
                        .next(),
                4,
                6);
        ModelException unequal = assertThrows(
                ModelException.class, () -> run(builder, List.of(sum), Map.of("x", floats(1, 2), "y", floats(3))));
        assertTrue(unequal.getMessage().startsWith("add: expected "), unequal.getMessage());
    }

    @Test
    void hostResultsBindTheirSymbols() {
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", type(DType.F32, N));
        Dim count = builder.freshSymbol("count");
        Value found = builder.addAll(
                        new Op.Host("NonZero", Map.of()), List.of(x), List.of(type(DType.I64, Dim.ONE, count)))
                .getFirst();
        Value flat = builder.reshape(found, Shape.of(count));
        Value chosen = builder.add(new Op.Gather(0), x, flat);
        Value length = builder.dimensions(List.of(count));
        List<Tensor> results = List.copyOf(run(builder, List.of(chosen, length), Map.of("x", floats(0, 7, 0, 8)))
                .values());
        assertNumbers(results.get(0), 7, 8);
        assertNumbers(results.get(1), 2);
    }

    private Graph branch(String name, UnaryOp function) {
        GraphBuilder body = new GraphBuilder(name);
        Value x = body.input("x", type(DType.F32, N));
        return body.build(List.of(body.unary(function, x)));
    }

    @Test
    void choices() {
        GraphBuilder builder = new GraphBuilder("g");
        Value condition = builder.input("condition", type(DType.BOOL));
        Value x = builder.input("x", type(DType.F32, N));
        Value result = builder.addAll(
                        new Op.If(branch("then", UnaryOp.NEG), branch("else", UnaryOp.ABS)),
                        List.of(condition, x),
                        List.of(x.type()))
                .getFirst();
        Tensor values = floats(1, -2);
        for (boolean way : new boolean[] {true, false}) {
            Tensor found = run(
                            builder, List.of(result), Map.of("condition", Tensor.of(new boolean[] {way}), "x", values))
                    .values()
                    .iterator()
                    .next();
            assertNumbers(found, way ? -1 : 1, way ? 2 : 2);
        }
    }

    /** Doubles a number until it reaches a limit; what it was is scanned. The extent of a carried value grows. */
    private static Graph doubling() {
        GraphBuilder body = new GraphBuilder("body");
        body.input("trip", type(DType.I64));
        body.input("go", type(DType.BOOL));
        Value x = body.input("x", type(DType.I64));
        Value grown = body.input("grown", type(DType.I64, Dim.symbol("k")));
        Value limit = body.input("limit", type(DType.I64));
        Value twice = body.binary(BinaryOp.MUL, x, body.scalar(DType.I64, 2));
        Value more = body.compare(CompareOp.LT, twice, limit);
        Value longer = body.concat(0, List.of(grown, body.reshape(x, Shape.of(1))));
        return body.build(List.of(more, twice, longer, x));
    }

    @Test
    void loopsCarryAndScan() {
        GraphBuilder builder = new GraphBuilder("g");
        Value trips = builder.input("trips", type(DType.I64));
        Value go = builder.input("go", type(DType.BOOL));
        Value limit = builder.input("limit", type(DType.I64));
        List<Value> results = builder.addAll(
                new Op.Loop(doubling(), 2),
                List.of(trips, go, builder.scalar(DType.I64, 1), builder.constant(longs(0)), limit),
                List.of(
                        type(DType.I64),
                        type(DType.I64, builder.freshSymbol("grown")),
                        type(DType.I64, builder.freshSymbol("scanned"))));
        Tensor yes = Tensor.of(new boolean[] {true});
        List<Tensor> found =
                List.copyOf(run(builder, results, Map.of("trips", scalar(100), "go", yes, "limit", scalar(10)))
                        .values());
        assertNumbers(found.get(0), 16);
        assertNumbers(found.get(1), 0, 1, 2, 4, 8);
        assertNumbers(found.get(2), 1, 2, 4, 8);
        List<Tensor> none =
                List.copyOf(run(builder, results, Map.of("trips", scalar(0), "go", yes, "limit", scalar(10)))
                        .values());
        assertNumbers(none.get(0), 1);
        assertArrayEquals(new long[] {0}, none.get(2).shape());
        ModelException endless = assertThrows(
                ModelException.class,
                () -> new GraphInterpreter(new Budget(1000, 1000, 5))
                        .run(
                                builder.build(results),
                                Map.of("trips", scalar(100), "go", yes, "limit", scalar(Long.MAX_VALUE))));
        assertEquals(ModelException.Code.LIMIT, endless.code());
    }

    @Test
    void scansEitherWay() {
        GraphBuilder body = new GraphBuilder("body");
        Value sum = body.input("sum", type(DType.F32, Dim.of(2)));
        Value slice = body.input("slice", type(DType.F32, Dim.of(2)));
        Value next = body.binary(BinaryOp.ADD, sum, slice);
        Graph graph = body.build(List.of(next, next));
        Tensor x = floats(1, 2, 3, 10, 20, 30).reshape(2, 3);
        for (boolean reversed : new boolean[] {false, true}) {
            GraphBuilder builder = new GraphBuilder("g");
            Value all = builder.constant(x);
            List<Value> results = builder.addAll(
                    new Op.Scan(graph, 1, List.of(1), List.of(reversed), List.of(1), List.of(reversed)),
                    List.of(builder.constant(floats(0, 0)), all),
                    List.of(type(DType.F32, Dim.of(2)), type(DType.F32, Dim.of(2), Dim.of(3))));
            List<Tensor> found = new ArrayList<>(run(builder, results, Map.of()).values());
            assertNumbers(found.get(0), 6, 60);
            assertNumbers(
                    found.get(1), reversed ? new double[] {6, 5, 3, 60, 50, 30} : new double[] {1, 3, 6, 10, 30, 60});
        }
    }

    @Test
    void budgetsRefuseBeforeAllocating() {
        GraphBuilder builder = new GraphBuilder("g");
        Value x = builder.input("x", type(DType.F32, N, Dim.ONE));
        Value wide = builder.at("expand").broadcast(x, Shape.of(N, Dim.of(1L << 29)));
        ModelException limit = assertThrows(
                ModelException.class,
                () -> new GraphInterpreter(new Budget(Integer.MAX_VALUE, 1 << 20, 5))
                        .run(builder.build(List.of(wide)), Map.of("x", Tensor.of(new float[3], 3, 1))));
        assertEquals(ModelException.Code.LIMIT, limit.code());
        assertEquals("expand", limit.where());
        assertNumbers(of(DType.U8, 1), 1);
    }
}
