package dev.quern.ir.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Single operations on given tensors, with types from type inference. */
final class Operations {
    private static final double WRITTEN = 0.5e-7;

    private Operations() {}

    static Tensor one(Op op, Tensor... operands) {
        return all(op, operands).getFirst();
    }

    static List<Tensor> all(Op op, Tensor... operands) {
        List<Value> inputs = new ArrayList<>();
        for (Tensor operand : operands) {
            inputs.add(new Value("x" + inputs.size(), type(operand)));
        }
        List<Value> outputs = new ArrayList<>();
        for (TensorType type :
                TypeInference.infer(op, inputs.stream().map(Value::type).toList())) {
            outputs.add(new Value("y" + outputs.size(), type));
        }
        return new GraphInterpreter()
                .evaluate(new Node(op, inputs, outputs, "node"), List.of(operands), new DimBindings());
    }

    static List<Tensor> host(String function, Map<String, Attribute> attributes, Tensor... operands) {
        return HostFunctions.run(
                function,
                new HostAttributes(attributes),
                new Evaluation("node", List.of(operands), new DimBindings(), Budget.DEFAULT));
    }

    static TensorType type(Tensor tensor) {
        return new TensorType(tensor.dtype(), Shape.of(tensor.shape()));
    }

    static Tensor random(Random random, long... shape) {
        float[] values = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(-40, 41) / 8f;
        }
        return Tensor.of(values, shape);
    }

    static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor scalar(long value) {
        return Tensor.of(new long[] {value});
    }

    /** A tensor of any numeric type with these elements. */
    static Tensor of(DType type, double... values) {
        TensorElements elements = TensorElements.allocate(type, values.length);
        for (int i = 0; i < values.length; i++) {
            elements.number(i, values[i]);
        }
        return elements.tensor(values.length);
    }

    static double[] numbers(Tensor tensor) {
        TensorElements elements = TensorElements.of(tensor);
        double[] values = new double[(int) elements.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.number(i);
        }
        return values;
    }

    /** Numbers as they are written: integers and 8-bit floats exactly, others to half a unit of the seventh decimal and one rounding to their type. */
    static void assertNumbers(Tensor found, double... expected) {
        double[] numbers = numbers(found);
        assertEquals(expected.length, numbers.length, () -> Arrays.toString(numbers));
        for (int i = 0; i < numbers.length; i++) {
            boolean rounded = found.dtype().isFloat() && found.dtype().bits() >= 16 && Double.isFinite(expected[i]);
            double allowed = rounded ? WRITTEN + Tolerance.rounding(found.dtype(), 1, Math.abs(expected[i])) : 0;
            assertEquals(expected[i], numbers[i], allowed, () -> Arrays.toString(numbers));
        }
    }
}
