package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.SameBits;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurrent layers whose weights may lie in panels of units: the same bits as without lanes. */
class UnitPanelsTest {
    private static final List<Target> TARGETS = List.of(Hosts.vectors(512, 32, 2), Hosts.vectors(256, 16, 1));

    private final Random random = new Random(3);
    private final GraphBuilder builder = new GraphBuilder("recurrent");
    private final List<Tensor> inputs = new ArrayList<>();

    private Tensor noise(long... extents) {
        float[] values = new float[Math.toIntExact(Tensor.count(extents))];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(values, extents);
    }

    private Value constant(long... extents) {
        return builder.constant(noise(extents));
    }

    private Value input(Shape shape, long... extents) {
        inputs.add(noise(extents));
        return builder.input("x" + inputs.size(), new TensorType(DType.F32, shape));
    }

    private Value input(long... extents) {
        return input(Shape.of(extents), extents);
    }

    private void check(Graph graph) {
        List<Tensor> expected =
                TestMachine.run(Compiler.compile(graph, Target.scalar(1), CompileOptions.defaults()), inputs);
        for (Target target : TARGETS) {
            SameBits.check(
                    target.toString(),
                    expected,
                    TestMachine.run(Compiler.compile(graph, target, CompileOptions.defaults()), inputs));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RNN,1,100",
        "GRU,3,100",
        "LSTM,4,100",
        "RNN,1,64",
        "GRU,3,64",
        "LSTM,4,64",
        "GRU,3,16",
        "LSTM,4,48",
        "LSTM,4,1"
    })
    void layersAgree(RecurrentKind kind, int gates, int hidden) {
        Dim batch = Dim.symbol("u0");
        Value x = input(Shape.of(Dim.symbol("s0"), batch, Dim.of(3)), 3, 2, 3);
        boolean lstm = kind == RecurrentKind.LSTM;
        List<Value> operands = new ArrayList<>(List.of(
                x,
                constant((long) gates * hidden, 3),
                constant((long) gates * hidden, hidden),
                constant(2L * gates * hidden),
                input(Shape.of(batch, Dim.of(hidden)), 2, hidden)));
        if (lstm) {
            operands.add(input(Shape.of(batch, Dim.of(hidden)), 2, hidden));
            operands.add(constant(3L * hidden));
        }
        List<String> activations = switch (kind) {
            case RNN -> List.of("Tanh");
            case GRU -> List.of("Sigmoid", "Tanh");
            case LSTM -> List.of("Sigmoid", "Tanh", "Tanh");
        };
        List<Value> results = new ArrayList<>();
        for (boolean reverse : new boolean[] {false, true}) {
            for (boolean linear : new boolean[] {false, true}) {
                results.addAll(builder.addAll(new Op.Recurrent(kind, reverse, activations, linear), operands));
            }
        }
        check(builder.build(results));
    }

    /** What is constant of weights that are computed need not be as wide as they are. */
    @ParameterizedTest
    @CsvSource({"32,1", "1,32", "32,32", "1,128", "32,128"})
    void aConstantThatTheWeightsAreMadeOf(int rows, int columns) {
        int hidden = 32;
        Shape whole = Shape.of(hidden, 4 * hidden);
        Value scale = constant(rows, columns);
        if (columns == hidden) {
            scale = builder.add(new Op.Reshape(Shape.of(rows, 1, columns)), scale);
            scale = builder.add(new Op.Broadcast(Shape.of(hidden, 4, hidden)), scale);
            scale = builder.add(new Op.Reshape(whole), scale);
        } else {
            scale = builder.add(new Op.Broadcast(whole), scale);
        }
        Value weights = builder.add(new Op.Binary(BinaryOp.MUL), scale, input(hidden, 4 * hidden));
        Op.Recurrent layer = new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Sigmoid", "Tanh", "Tanh"), false);
        List<Value> results = builder.addAll(
                new Op.RecurrentSteps(layer),
                List.of(input(3, 2, 4 * hidden), weights, constant(4 * hidden), input(2, hidden), input(2, hidden)));
        check(builder.build(results));
    }
}
