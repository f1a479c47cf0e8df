package dev.quern.ir.interpret;

import static dev.quern.ir.interpret.Operations.all;
import static dev.quern.ir.interpret.Operations.one;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.testing.Tolerance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Composite operations give what their decompositions into basic operations give, in f64. */
class DecompositionTest {
    private final GraphBuilder builder = new GraphBuilder("decomposition");

    private static Tensor random(Random random, long... shape) {
        return Tensor.of(Operations.numbers(Operations.random(random, shape)), shape);
    }

    private static void agree(Tensor expected, Tensor found, long terms) {
        Tolerance.check("composite", expected, found, terms);
    }

    /** Runs what {@code body} builds on inputs like {@code operands}. */
    private List<Tensor> run(Function<List<Value>, List<Value>> body, Tensor... operands) {
        List<Value> inputs = new ArrayList<>();
        Map<String, Tensor> given = new HashMap<>();
        for (Tensor operand : operands) {
            String name = "x" + inputs.size();
            inputs.add(builder.input(name, new TensorType(operand.dtype(), Shape.of(operand.shape()))));
            given.put(name, operand);
        }
        List<Value> outputs = body.apply(inputs);
        for (int i = 0; i < outputs.size(); i++) {
            builder.name(outputs.get(i), "y" + i);
        }
        Graph graph = builder.build(outputs);
        return List.copyOf(new GraphInterpreter().run(graph, given).values());
    }

    private Value softmax(Value x, int axis) {
        Value shifted = builder.binary(BinaryOp.SUB, x, builder.reduce(Combiner.MAX, x, List.of(axis), true));
        Value exponentials = builder.unary(UnaryOp.EXP, shifted);
        return builder.binary(
                BinaryOp.DIV, exponentials, builder.reduce(Combiner.SUM, exponentials, List.of(axis), true));
    }

    @Test
    void softmaxAndItsLogarithm() {
        Tensor x = random(new Random(1), 3, 5, 2);
        Tensor expected = run(in -> List.of(softmax(in.getFirst(), 1)), x).getFirst();
        agree(expected, one(new Op.Softmax(1, false), x), 5);
        agree(one(new Op.Unary(UnaryOp.LOG), expected), one(new Op.Softmax(1, true), x), 5);
    }

    @Test
    void normalisation() {
        Random random = new Random(2);
        Tensor x = random(random, 4, 3, 5);
        Tensor scale = random(random, 3, 5);
        Tensor bias = random(random, 3, 5);
        for (boolean centred : List.of(true, false)) {
            DecompositionTest test = new DecompositionTest();
            Tensor expected = test.run(in -> List.of(test.normalize(in, centred)), x, scale, bias)
                    .getFirst();
            agree(expected, one(new Op.Normalize(1, 0.01, centred), x, scale, bias), 2 * 15);
        }
    }

    private Value normalize(List<Value> in, boolean centred) {
        Value x = in.getFirst();
        Value mean = builder.binary(BinaryOp.DIV, builder.reduce(Combiner.SUM, x, List.of(1, 2), true), 15);
        Value centre = centred ? builder.binary(BinaryOp.SUB, x, mean) : x;
        Value squares = builder.binary(BinaryOp.MUL, centre, centre);
        Value variance = builder.binary(BinaryOp.DIV, builder.reduce(Combiner.SUM, squares, List.of(1, 2), true), 15);
        Value deviation = builder.unary(UnaryOp.SQRT, builder.binary(BinaryOp.ADD, variance, 0.01));
        Value scaled = builder.binary(BinaryOp.MUL, builder.binary(BinaryOp.DIV, centre, deviation), in.get(1));
        return builder.binary(BinaryOp.ADD, scaled, in.get(2));
    }

    @Test
    void attentionOfGroupedHeads() {
        Random random = new Random(3);
        Tensor q = random(random, 2, 4, 3, 8);
        Tensor k = random(random, 2, 2, 5, 8);
        Tensor v = random(random, 2, 2, 5, 6);
        Tensor mask = random(random, 2, 4, 3, 5);
        Tensor expected = run(
                        in -> {
                            Value keys = repeated(in.get(1), 8);
                            Value values = repeated(in.get(2), 6);
                            Value scores = builder.add(
                                    new Op.Contract(
                                            List.of("b", "h", "s", "d"),
                                            List.of("b", "h", "t", "d"),
                                            List.of("b", "h", "s", "t"),
                                            DType.F64),
                                    in.get(0),
                                    keys);
                            Value masked =
                                    builder.binary(BinaryOp.ADD, builder.binary(BinaryOp.MUL, scores, 0.25), in.get(3));
                            return List.of(builder.add(
                                    new Op.Contract(
                                            List.of("b", "h", "s", "t"),
                                            List.of("b", "h", "t", "e"),
                                            List.of("b", "h", "s", "e"),
                                            DType.F64),
                                    softmax(masked, 3),
                                    values));
                        },
                        q,
                        k,
                        v,
                        mask)
                .getFirst();
        agree(expected, one(new Op.Attention(0.25, false, false, Double.NEGATIVE_INFINITY), q, k, v, mask), 8 + 2 * 5);
        double[] causal = new double[(int) mask.elements()];
        for (int i = 0; i < causal.length; i++) {
            causal[i] = i % 5 > i / 5 % 3 + 2 ? Double.NEGATIVE_INFINITY : 0;
        }
        SameBits.check(
                "causal attention",
                one(
                        new Op.Attention(0.25, false, false, Double.NEGATIVE_INFINITY),
                        q,
                        k,
                        v,
                        Tensor.of(causal, 2, 4, 3, 5)),
                one(new Op.Attention(0.25, true, false, Double.NEGATIVE_INFINITY), q, k, v));
    }

    /** Each head of keys or values twice. */
    private Value repeated(Value x, long width) {
        Value apart = builder.reshape(x, Shape.of(2, 2, 1, 5, width));
        return builder.reshape(builder.broadcast(apart, Shape.of(2, 2, 2, 5, width)), Shape.of(2, 4, 5, width));
    }

    private static final long T = 3;
    private static final long B = 2;
    private static final long I = 4;
    private static final long H = 5;

    private Value gate(Value x, Value h, List<Value> in, int row, Function<Value, Value> recurrent) {
        Value wx = product(x, builder.slice(in.get(1), 0, Dim.of(row * H), Dim.of(H)));
        Value biasW = builder.slice(in.get(3), 0, Dim.of(row * H), Dim.of(H));
        return builder.binary(
                BinaryOp.ADD, builder.binary(BinaryOp.ADD, wx, biasW), recurrent.apply(hidden(h, in, row)));
    }

    private Value hidden(Value h, List<Value> in, int row) {
        Dim half = in.get(3).type().shape().dim(0).floorDiv(Dim.of(2));
        Value rh = product(h, builder.slice(in.get(2), 0, Dim.of(row * H), Dim.of(H)));
        return builder.binary(BinaryOp.ADD, rh, builder.slice(in.get(3), 0, half.plus(row * H), Dim.of(H)));
    }

    private Value product(Value x, Value weights) {
        return builder.add(
                new Op.Contract(List.of("b", "i"), List.of("h", "i"), List.of("b", "h"), DType.F64), x, weights);
    }

    private Value step(Value x, long t) {
        return builder.reshape(builder.slice(x, 0, Dim.of(t), Dim.ONE), Shape.of(B, I));
    }

    private Tensor[] operands(Random random, int gates, int extra) {
        List<Tensor> all = new ArrayList<>(List.of(
                random(random, T, B, I),
                random(random, gates * H, I),
                random(random, gates * H, H),
                random(random, 2 * gates * H),
                random(random, B, H)));
        if (extra > 0) {
            all.add(random(random, B, H));
            all.add(random(random, 3 * H));
        }
        return all.toArray(Tensor[]::new);
    }

    @Test
    void recurrentLayerOfPlainUnits() {
        Tensor[] operands = operands(new Random(4), 1, 0);
        List<Tensor> expected = run(
                in -> {
                    Value h = in.get(4);
                    for (long t = T - 1; t >= 0; t--) {
                        h = builder.unary(UnaryOp.TANH, gate(step(in.getFirst(), t), h, in, 0, value -> value));
                    }
                    return List.of(h);
                },
                operands);
        List<Tensor> found = all(new Op.Recurrent(RecurrentKind.RNN, true, List.of("Tanh"), false), operands);
        agree(expected.getFirst(), found.get(1), T * (I + H));
    }

    @Test
    void recurrentLayerOfGatedUnits() {
        for (boolean linear : List.of(true, false)) {
            DecompositionTest test = new DecompositionTest();
            Tensor[] operands = operands(new Random(5), 3, 0);
            List<Tensor> expected = test.run(in -> List.of(test.gru(in, linear)), operands);
            List<Tensor> found =
                    all(new Op.Recurrent(RecurrentKind.GRU, false, List.of("Sigmoid", "Tanh"), linear), operands);
            agree(expected.getFirst(), found.get(1), T * (I + H));
        }
    }

    private Value gru(List<Value> in, boolean linear) {
        Value h = in.get(4);
        for (long t = 0; t < T; t++) {
            Value x = step(in.getFirst(), t);
            Value z = builder.unary(UnaryOp.SIGMOID, gate(x, h, in, 0, value -> value));
            Value r = builder.unary(UnaryOp.SIGMOID, gate(x, h, in, 1, value -> value));
            Value inner = linear ? h : builder.binary(BinaryOp.MUL, r, h);
            Value candidate = builder.unary(
                    UnaryOp.TANH,
                    gate(x, inner, in, 2, value -> linear ? builder.binary(BinaryOp.MUL, r, value) : value));
            Value keep = builder.binary(BinaryOp.MUL, z, builder.binary(BinaryOp.SUB, h, candidate));
            h = builder.binary(BinaryOp.ADD, candidate, keep);
        }
        return h;
    }

    @Test
    void recurrentLayerOfLongShortTermMemory() {
        Tensor[] operands = operands(new Random(6), 4, 1);
        List<Tensor> expected = run(
                in -> {
                    Value h = in.get(4);
                    Value c = in.get(5);
                    for (long t = 0; t < T; t++) {
                        Value x = step(in.getFirst(), t);
                        Value i = peeped(x, h, c, in, 0, 0);
                        Value f = peeped(x, h, c, in, 2, 2);
                        Value cell = builder.unary(UnaryOp.TANH, gate(x, h, in, 3, value -> value));
                        c = builder.binary(
                                BinaryOp.ADD,
                                builder.binary(BinaryOp.MUL, f, c),
                                builder.binary(BinaryOp.MUL, i, cell));
                        h = builder.binary(BinaryOp.MUL, peeped(x, h, c, in, 1, 1), builder.unary(UnaryOp.TANH, c));
                    }
                    return List.of(h, c);
                },
                operands);
        List<Tensor> found =
                all(new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Sigmoid", "Tanh", "Tanh"), false), operands);
        agree(expected.get(0), found.get(1), T * (I + H));
        agree(expected.get(1), found.get(2), T * (I + H));
    }

    @ParameterizedTest
    @EnumSource
    void stepsOfARecurrentLayer(RecurrentKind kind) {
        boolean lstm = kind == RecurrentKind.LSTM;
        int gates = lstm ? 4 : kind == RecurrentKind.GRU ? 3 : 1;
        Tensor[] operands = operands(new Random(7), gates, lstm ? 1 : 0);
        List<String> functions = List.of("Sigmoid", "Tanh", "Softsign").subList(0, Math.min(3, gates));
        for (boolean flag : List.of(false, true)) {
            Op.Recurrent layer = new Op.Recurrent(
                    kind, flag, kind == RecurrentKind.GRU ? functions.subList(0, 2) : functions, !flag);
            List<Tensor> expected = all(layer, operands);
            DecompositionTest test = new DecompositionTest();
            List<Tensor> found = test.run(in -> test.projected(layer, in, gates), operands);
            for (int i = 0; i < expected.size(); i++) {
                agree(expected.get(i), found.get(i), T * (I + H));
            }
        }
    }

    /** The layer with the products of its inputs taken out of the loop over time. */
    private List<Value> projected(Op.Recurrent layer, List<Value> in, int gates) {
        Dim rows = Dim.of((long) gates * H);
        Op.Contract product =
                new Op.Contract(List.of("t", "b", "i"), List.of("g", "i"), List.of("t", "b", "g"), DType.F64);
        Value products = builder.binary(
                BinaryOp.ADD, builder.add(product, in.get(0), in.get(1)), builder.slice(in.get(3), 0, Dim.ZERO, rows));
        List<Value> operands = new ArrayList<>(List.of(
                products,
                builder.add(new Op.Transpose(List.of(1, 0)), in.get(2)),
                builder.slice(in.get(3), 0, rows, rows)));
        operands.addAll(in.subList(4, in.size()));
        return builder.addAll(new Op.RecurrentSteps(layer), operands);
    }

    private Value peeped(Value x, Value h, Value c, List<Value> in, int row, int peephole) {
        Value weights = builder.slice(in.get(6), 0, Dim.of(peephole * H), Dim.of(H));
        Value sum = builder.binary(
                BinaryOp.ADD, gate(x, h, in, row, value -> value), builder.binary(BinaryOp.MUL, c, weights));
        return builder.unary(UnaryOp.SIGMOID, sum);
    }
}
