package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Tolerance;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.testing.TestMachine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompilerTest {
    @Test
    void aBiasAndASelfGatedActivationBecomePartOfTheContraction() {
        GraphBuilder graph = new GraphBuilder("layer");
        Dim rows = Dim.symbol("rows");
        Value x = graph.input("x", new TensorType(DType.F32, Shape.of(Dim.of(2), rows, Dim.of(5))));
        Tensor weights = random(1, 5, 7);
        Tensor bias = random(2, 7);
        Value product = graph.add(
                new Op.Contract(List.of("b", "m", "k"), List.of("k", "n"), List.of("b", "m", "n"), DType.F32),
                x,
                graph.constant(weights));
        Value sum = graph.binary(
                BinaryOp.ADD,
                product,
                graph.broadcast(graph.constant(bias), product.type().shape()));
        Value gate = graph.binary(BinaryOp.MAX, sum, 0);
        Value gated = graph.binary(BinaryOp.MUL, sum, gate);
        Program program = Compiler.compile(graph.build(List.of(gated)), Target.scalar(1), CompileOptions.defaults());

        assertEquals(1, program.steps().size());
        Tensor input = random(3, 2, 3, 5);
        float[] found = TestMachine.run(program, List.of(input)).getFirst().toFloatArray();
        float[] a = input.toFloatArray();
        float[] b = weights.toFloatArray();
        float[] c = bias.toFloatArray();
        for (int m = 0; m < 6; m++) {
            for (int n = 0; n < 7; n++) {
                double value = c[n];
                double size = Math.abs(value);
                for (int k = 0; k < 5; k++) {
                    double term = (double) a[m * 5 + k] * b[k * 7 + n];
                    value += term;
                    size += Math.abs(term);
                }
                // Five products and five sums round, twice what is multiplied by itself, and the product once more.
                double allowed = Tolerance.rounding(DType.F32, 2 * 10 + 1, size * size);
                assertEquals(value * Math.max(value, 0), found[m * 7 + n], allowed);
            }
        }
    }

    private static Tensor random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] data = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return Tensor.of(data, shape);
    }
}
