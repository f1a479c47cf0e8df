package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/**
 * A model that once went wrong, or a relative of one, and what must come of it. The nodes are given as text:
 * {@code y, z = Operator(x, w) axis=1 pads=[0,1] mode=edge}; a missing operand is empty between its commas.
 */
final class Fault {
    private final String name;
    private final OnnxBuilder model = new OnnxBuilder().opset(17);
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    Fault(String name) {
        this.name = name;
    }

    Fault opset(long version) {
        model.opset(version);
        return this;
    }

    /** An input of the shape of {@code value}. */
    Fault input(String input, Tensor value) {
        Object[] shape = new Object[value.rank()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = value.shape()[axis];
        }
        return input(input, value, shape);
    }

    /** An input declared with {@code shape}. */
    Fault input(String input, Tensor value, Object... shape) {
        model.input(input, value.dtype(), shape);
        inputs.put(input, value);
        return this;
    }

    /** An input with any sizes. */
    Fault dynamic(String input, Tensor value) {
        Object[] shape = new Object[value.rank()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = input + axis;
        }
        return input(input, value, shape);
    }

    Fault constant(String constant, Tensor value) {
        model.initializer(constant, value);
        return this;
    }

    Fault nodes(String... lines) {
        for (String line : lines) {
            String[] parts = line.split(" = |\\(|\\) ?", -1);
            Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
            for (int part = 3; part < parts.length; part++) {
                for (String attribute : parts[part].split(" ")) {
                    if (!attribute.isEmpty()) {
                        int sign = attribute.indexOf('=');
                        attributes.put(attribute.substring(0, sign), value(attribute.substring(sign + 1)));
                    }
                }
            }
            List<String> operands = parts[2].isEmpty() ? List.of() : List.of(parts[2].split(", ?", -1));
            model.node(parts[1], operands, List.of(parts[0].split(", ")), attributes);
        }
        return this;
    }

    private static OnnxAttribute value(String text) {
        if (text.startsWith("[")) {
            List<Long> numbers = new ArrayList<>();
            for (String number : text.substring(1, text.length() - 1).split(",")) {
                numbers.add(Long.parseLong(number));
            }
            return OnnxAttribute.ofInts(
                    numbers.stream().mapToLong(Long::longValue).toArray());
        }
        if (text.matches("-?\\d+\\.\\d+")) {
            return OnnxAttribute.of(Float.parseFloat(text));
        }
        return text.matches("-?\\d+") ? OnnxAttribute.of(Long.parseLong(text)) : OnnxAttribute.of(text);
    }

    Fault with(Consumer<OnnxBuilder> more) {
        more.accept(model);
        return this;
    }

    /** Quern, the interpreter and ONNX Runtime give the same. */
    DynamicTest agrees() {
        model.output("y");
        return test(this::judge);
    }

    /** The same, and the output is {@code expected}. */
    DynamicTest gives(Tensor expected) {
        model.output("y");
        return test(() -> {
            compare(expected);
            judge();
        });
    }

    /** Compiled, the output is {@code expected}; nothing else has the memory or the time for it. */
    DynamicTest answers(Tensor expected) {
        model.output("y");
        return test(() -> compare(expected));
    }

    /** The output is {@code expected}, which ONNX Runtime for Java cannot say. */
    DynamicTest givesAlone(Tensor expected) {
        model.output("y");
        return test(() -> {
            compare(expected);
            SmallModel.of(name, model).run(inputs).agreesAlone();
        });
    }

    /** The output is {@code expected}, and the interpreter's too; ONNX Runtime refuses the model or gives something else. */
    DynamicTest givesUnlikePeer(Tensor expected) {
        model.output("y");
        return test(() -> {
            compare(expected);
            for (QuernPath engine : QuernPath.values()) {
                Tensor found = engine.run(model.build(), inputs).get("y");
                assertArrayEquals(expected.shape(), found.shape(), engine::toString);
                assertArrayEquals(expected.toByteArray(), found.toByteArray(), () -> engine + " gives " + found);
            }
        });
    }

    private void judge() {
        SmallModel.of(name, model).run(inputs).agrees();
    }

    private void compare(Tensor expected) {
        try (Model loaded = Model.load(model.build(), Options.defaults())) {
            Tensor found = loaded.run(inputs).get("y");
            assertEquals(expected.dtype(), found.dtype());
            assertArrayEquals(expected.shape(), found.shape());
            assertArrayEquals(expected.toByteArray(), found.toByteArray(), () -> "found " + found);
        }
    }

    /** Loading or the run is refused, in words that hold {@code told}. */
    DynamicTest refused(ModelException.Code code, String told) {
        model.output("y");
        return test(() -> {
            String message = SmallModel.refused(code, model, inputs);
            assertTrue(message.contains(told), message);
        });
    }

    DynamicTest test(Executable test) {
        return DynamicTest.dynamicTest(name, test);
    }

    OnnxBuilder model() {
        return model;
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    /** Elements 0.5, -1, 1.5, … of a type, which are what it makes of them. */
    static Tensor ramp(DType type, long... shape) {
        double[] values = new double[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 2 == 0 ? 1 : -1) * (i + 1) * 0.5;
        }
        return Operand.of(type, shape, values).given();
    }

    static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor bytes(int... values) {
        return Operand.of(
                        DType.U8,
                        new long[] {values.length},
                        java.util.Arrays.stream(values).asLongStream().toArray())
                .given();
    }
}
