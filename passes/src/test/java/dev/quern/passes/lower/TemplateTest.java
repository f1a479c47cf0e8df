package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.RoundingCount;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What random graphs seldom reach: each case on the graph's interpreter and compiled, scheduled and not. */
class TemplateTest {
    private static final Target VECTORS = Hosts.vectors(512, 32, 2);

    private final Random random = new Random(7);
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private GraphBuilder builder;

    @BeforeEach
    void start() {
        builder = new GraphBuilder("case");
    }

    @ParameterizedTest
    @CsvSource({"RNN,1", "GRU,3", "LSTM,4"})
    void recurrentLayers(RecurrentKind kind, int gates) {
        for (int variant = 0; variant < 4; variant++) {
            start();
            inputs.clear();
            Dim time = Dim.symbol("time");
            Value x = input(new TensorType(DType.F32, Shape.of(time, Dim.of(2), Dim.of(3))), 5, 2, 3);
            int hidden = 18;
            List<Value> operands = new ArrayList<>(List.of(
                    x,
                    constant((long) gates * hidden, 3),
                    constant((long) gates * hidden, hidden),
                    constant(2L * gates * hidden),
                    input(2, hidden)));
            boolean lstm = kind == RecurrentKind.LSTM;
            if (lstm) {
                operands.add(input(2, hidden));
                if (variant > 1) {
                    operands.add(constant(3L * hidden));
                }
            }
            List<String> activations = switch (kind) {
                case RNN -> List.of("Tanh");
                case GRU -> List.of("Sigmoid", "Tanh");
                case LSTM -> List.of("Sigmoid", "Tanh", "Tanh");
            };
            Op op = new Op.Recurrent(kind, variant % 2 == 1, activations, variant > 1);
            check(builder.addAll(op, operands));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NEAREST,asymmetric,floor,8,10",
        "NEAREST,half_pixel,round_prefer_floor,8,10",
        "NEAREST,half_pixel,round_prefer_ceil,3,7",
        "LINEAR,half_pixel,floor,8,10",
        "LINEAR,align_corners,floor,7,3",
        "LINEAR,pytorch_half_pixel,floor,2,1",
        "CUBIC,half_pixel,floor,9,4"
    })
    void resizes(ResizeRule.Interpolation mode, String coordinates, String nearest, int height, int width) {
        for (int variant = 0; variant < 4; variant++) {
            start();
            inputs.clear();
            Dim rows = variant == 1 ? Dim.symbol("rows") : Dim.of(4);
            Value x = input(new TensorType(DType.F32, Shape.of(Dim.of(1), rows, Dim.of(5), Dim.of(3))), 1, 4, 5, 3);
            ResizeRule rule =
                    new ResizeRule(mode, coordinates, nearest, -0.75, variant == 2, 0, variant == 3, List.of());
            Shape shape = Shape.of(1, height, width, 3);
            List<Double> scales = List.of(1.0, variant == 1 ? 0 : height / 4.0, width / 5.0, 1.0);
            check(List.of(builder.add(new Op.Resize(rule, scales, shape), x)));
        }
    }

    @Test
    void tuplesOfIndices() {
        Value x = input(4, 3, 5);
        Value pairs = input(Tensor.of(new long[] {0, -1, 3, 2, 1, 0, -4, 1}, 4, 2));
        check(List.of(
                builder.unary(UnaryOp.NEG, builder.add(new Op.GatherNd(0), x, pairs)),
                builder.add(new Op.ScatterNd(Op.ScatterMode.ADD), x, pairs, input(4, 5)),
                builder.add(new Op.ScatterNd(Op.ScatterMode.MAX), x, pairs, input(4, 5))));
    }

    @ParameterizedTest
    @CsvSource({"false,0,1,2,2", "true,3,-1,7,-12", "true,0,4,4,1"})
    void updates(boolean circular, long first, long second, long third, long fourth) {
        Dim time = Dim.symbol("time");
        Value cache = input(new TensorType(DType.F32, Shape.of(Dim.of(4), Dim.of(3), time, Dim.of(5))), 4, 3, 5, 5);
        Value rows = input(4, 3, 2, 5);
        Value at = input(Tensor.of(new long[] {first, second, third, fourth}, 4));
        Value one = builder.reshape(builder.slice(at, 0, Dim.ONE, Dim.ONE), Shape.SCALAR);
        Op.Update next = new Op.Update(List.of(Dim.ZERO, Dim.ZERO, Dim.ONE, Dim.ZERO), 2, circular);
        Op.Update last = new Op.Update(List.of(Dim.ZERO, Dim.ONE, time.minus(2), Dim.of(2)), 2, circular);
        Value written = builder.add(next, builder.unary(UnaryOp.NEG, cache), rows, circular ? at : one);
        Value corner = builder.slice(builder.slice(rows, 3, Dim.ONE, Dim.of(3)), 1, Dim.ONE, Dim.of(2));
        Value twice = builder.add(last, written, corner);
        Value sums = builder.reduce(Combiner.SUM, twice, List.of(2), false);
        check(List.of(builder.add(next, cache, builder.unary(UnaryOp.EXP, rows)), written, twice, sums));
    }

    @ParameterizedTest
    @CsvSource({"F16", "BF16", "F64", "I32"})
    void otherTypes(DType type) {
        Value x = builder.cast(input(6, 18), type);
        Value y = builder.cast(input(18, 5), type);
        List<Value> results = new ArrayList<>();
        results.add(builder.add(new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), type), x, y));
        results.add(builder.reduce(Combiner.SUM, x, List.of(0), false));
        results.add(builder.reduce(Combiner.MAX, x, List.of(1), true));
        results.add(builder.unary(UnaryOp.ABS, x));
        if (type.isFloat()) {
            results.add(builder.add(new Op.Softmax(1, false), x));
            results.add(builder.add(new Op.Normalize(1, 1e-3, true), x));
            results.add(builder.unary(UnaryOp.TANH, x));
        }
        check(results.stream().map(value -> builder.cast(value, DType.F32)).toList());
    }

    @Test
    void integersAccumulateInMoreBits() {
        Value x = builder.cast(input(3, 20), DType.I8);
        Value y = builder.cast(input(20, 17), DType.I8);
        Op op = new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.I32);
        check(List.of(builder.cast(builder.add(op, x, y), DType.F32)));
    }

    @Test
    void noElements() {
        Value x = input(new TensorType(DType.F32, Shape.of(Dim.symbol("none"), Dim.of(4))), 0, 4);
        check(List.of(
                builder.unary(UnaryOp.NEG, x),
                builder.reduce(Combiner.SUM, x, List.of(0), false),
                builder.add(new Op.Softmax(1, false), x),
                builder.add(new Op.Concat(0), x, input(2, 4))));
    }

    private Value input(long... shape) {
        return input(new TensorType(DType.F32, Shape.of(shape)), shape);
    }

    private Value input(TensorType type, long... shape) {
        String name = "in" + inputs.size();
        inputs.put(name, floats(shape));
        return builder.input(name, type);
    }

    private Value input(Tensor tensor) {
        String name = "in" + inputs.size();
        inputs.put(name, tensor);
        return builder.input(name, new TensorType(tensor.dtype(), Shape.of(tensor.shape())));
    }

    private Value constant(long... shape) {
        return builder.constant(floats(shape));
    }

    private Tensor floats(long... shape) {
        float[] data = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(-16, 17) / 8f;
        }
        return Tensor.of(data, shape);
    }

    private void check(List<Value> outputs) {
        Graph graph = builder.build(outputs);
        RoundingCount.Run expected = RoundingCount.run(graph, inputs);
        List<Tensor> given =
                graph.inputs().stream().map(value -> inputs.get(value.name())).toList();
        for (boolean scheduled : new boolean[] {false, true}) {
            List<Tensor> found =
                    TestMachine.run(Compiler.compile(graph, VECTORS, new CompileOptions(scheduled)), given);
            expected.check(scheduled ? "scheduled" : "plain", found);
        }
    }
}
