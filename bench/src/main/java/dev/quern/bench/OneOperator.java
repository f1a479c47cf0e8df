package dev.quern.bench;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A model of one operator, which becomes a kernel of one template, and inputs for it; runs on one thread. */
final class OneOperator implements AutoCloseable {
    private static final int SEED = 7;

    private final Random random = new Random(SEED);
    private final OnnxBuilder builder = new OnnxBuilder();
    private final List<String> operands = new ArrayList<>();
    private final Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private CompiledModel model;

    /** The extents in a text such as {@code 128x384}. */
    static long[] extents(String text) {
        return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
    }

    private float[] values(long... shape) {
        float[] values = new float[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** Adds an operand given at run time: random numbers in [-1, 1). */
    OneOperator input(long... shape) {
        String name = "x" + operands.size();
        builder.input(name, DType.F32, Arrays.stream(shape).boxed().toArray());
        inputs.put(name, Tensor.of(values(shape), shape));
        operands.add(name);
        return this;
    }

    /** Adds an operand that is constant: random numbers in [-1, 1). */
    OneOperator constant(long... shape) {
        return constant(Tensor.of(values(shape), shape));
    }

    /** Adds an operand that is constant. */
    OneOperator constant(Tensor value) {
        String name = "w" + operands.size();
        builder.initializer(name, value);
        operands.add(name);
        return this;
    }

    /** Leaves an optional operand out. */
    OneOperator absent() {
        operands.add("");
        return this;
    }

    OneOperator with(String attribute, long value) {
        attributes.put(attribute, OnnxAttribute.of(value));
        return this;
    }

    OneOperator with(String attribute, long[] values) {
        attributes.put(attribute, OnnxAttribute.ofInts(values));
        return this;
    }

    OneOperator with(String attribute, String value) {
        attributes.put(attribute, OnnxAttribute.of(value));
        return this;
    }

    /**
     * Compiles {@code operator} on the operands; its result has {@code shape}.
     *
     * @throws IllegalStateException if no kernel is made from {@code template}: then something else would be measured
     */
    OneOperator compile(String operator, String template, long... shape) {
        builder.node(operator, operands, List.of("y"), attributes);
        builder.output("y", DType.F32, Arrays.stream(shape).boxed().toArray());
        model = ModelCompiler.of(Options.builder().threads(1).build()).compile(builder.build());
        boolean made = model.program().steps().stream()
                .anyMatch(step -> step instanceof ProgramStep.RunKernel kernel
                        && kernel.kernel().template().equals(template));
        if (!made) {
            model.close();
            throw new IllegalStateException(operator + " is not made from the template " + template);
        }
        return this;
    }

    /** Runs it once. */
    Map<String, Tensor> run() {
        return model.run(inputs);
    }

    @Override
    public void close() {
        model.close();
    }
}
