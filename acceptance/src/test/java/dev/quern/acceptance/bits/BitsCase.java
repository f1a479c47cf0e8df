package dev.quern.acceptance.bits;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of one operator, or of few, and what to run it on.
 *
 * @param name says what it is
 * @param bytes the model
 * @param inputs what it is run on
 */
record BitsCase(String name, byte[] bytes, Map<String, Tensor> inputs) {
    /** Puts a case together: tensors of normally distributed numbers, then nodes, then outputs of types not stated. */
    static final class Draft {
        private final String name;
        private final OnnxBuilder builder = new OnnxBuilder().opset(17);
        private final Map<String, Tensor> inputs = new TreeMap<>();
        private final Random random;
        private int results;

        Draft(String name) {
            this.name = name;
            this.random = new Random(name.hashCode());
            builder.name(name.replaceAll("[^a-z0-9]", "_"));
        }

        /** A symbolic axis is one whose extent is given as negative. */
        String input(long... shape) {
            return input(DType.F32, shape);
        }

        String input(DType dtype, long... shape) {
            String input = "in" + inputs.size();
            List<Object> axes = new ArrayList<>();
            long[] extents = shape.clone();
            for (int axis = 0; axis < shape.length; axis++) {
                extents[axis] = Math.abs(shape[axis]);
                axes.add(shape[axis] < 0 ? "d" + extents[axis] : (Object) shape[axis]);
            }
            builder.input(input, dtype, axes.toArray());
            inputs.put(input, tensor(dtype, extents));
            return input;
        }

        String constant(long... shape) {
            return constant(tensor(DType.F32, shape));
        }

        String constant(Tensor tensor) {
            String constant = "c" + results++;
            builder.initializer(constant, tensor);
            return constant;
        }

        String node(String operator, Map<String, OnnxAttribute> attributes, String... operands) {
            String result = "v" + results++;
            builder.node(operator, List.of(operands), List.of(result), attributes);
            return result;
        }

        String node(String operator, String... operands) {
            return node(operator, Map.of(), operands);
        }

        void nodeOf(String operator, List<String> outputs, Map<String, OnnxAttribute> attributes, String... operands) {
            builder.node(operator, List.of(operands), outputs, attributes);
        }

        BitsCase giving(String... outputs) {
            for (String output : outputs) {
                builder.output(output);
            }
            return new BitsCase(name, builder.build(), inputs);
        }

        private Tensor tensor(DType dtype, long... shape) {
            double[] data = new double[(int) Tensor.count(shape)];
            for (int i = 0; i < data.length; i++) {
                data[i] = random.nextGaussian();
            }
            return dtype == DType.F64 ? Tensor.of(data, shape) : Tensor.of(floats(data), shape);
        }

        private static float[] floats(double[] data) {
            float[] floats = new float[data.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) data[i];
            }
            return floats;
        }
    }
}
