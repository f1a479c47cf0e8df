package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One operator on given operands, as a model: with the operands as inputs, or as constants. One of its results is the output.
 *
 * @param operator name of the operator
 * @param domain its operator set
 * @param opset version of that
 * @param attributes its attributes
 * @param operands its operands; one that is null is left out
 * @param constants which operands are constants always
 * @param results names of its results; the one called {@link #RESULT} is looked at
 * @param result element type of that
 */
record OperatorCase(
        String operator,
        String domain,
        long opset,
        Map<String, OnnxAttribute> attributes,
        List<Operand> operands,
        Set<Integer> constants,
        List<String> results,
        DType result) {
    /** Name of the output. */
    static final String RESULT = "y";

    private static final String RAW = "raw";

    static OperatorCase of(String operator, DType result, Operand... operands) {
        return new OperatorCase(
                operator,
                "",
                OnnxBuilder.DEFAULT_OPSET,
                Map.of(),
                Arrays.asList(operands),
                Set.of(),
                List.of(RESULT),
                result);
    }

    OperatorCase opset(long version) {
        return new OperatorCase(operator, domain, version, attributes, operands, constants, results, result);
    }

    OperatorCase domain(String name, long version) {
        return new OperatorCase(operator, name, version, attributes, operands, constants, results, result);
    }

    OperatorCase with(String attribute, OnnxAttribute value) {
        Map<String, OnnxAttribute> more = new LinkedHashMap<>(attributes);
        more.put(attribute, value);
        return new OperatorCase(operator, domain, opset, more, operands, constants, results, result);
    }

    OperatorCase with(String attribute, long value) {
        return with(attribute, new OnnxAttribute.Int(value));
    }

    OperatorCase with(String attribute, double value) {
        return with(attribute, new OnnxAttribute.Float((float) value));
    }

    OperatorCase with(String attribute, List<Long> values) {
        return with(attribute, new OnnxAttribute.Ints(values));
    }

    OperatorCase with(String attribute, String value) {
        return with(attribute, new OnnxAttribute.EncodedText(OnnxAttribute.Bytes.of(value)));
    }

    /** The same with operand {@code index} a constant always. */
    OperatorCase constant(int index) {
        Set<Integer> more = new TreeSet<>(constants);
        more.add(index);
        return new OperatorCase(operator, domain, opset, attributes, operands, more, results, result);
    }

    /** The same with results of these names, of which {@link #RESULT} has type {@code type}. */
    OperatorCase results(DType type, String... names) {
        return new OperatorCase(operator, domain, opset, attributes, operands, constants, List.of(names), type);
    }

    /** The model whose operands are constants. */
    byte[] ofConstants() {
        return model(false);
    }

    /** The model whose operands are inputs, but for those that never are. */
    byte[] ofInputs() {
        return model(true);
    }

    /** What the model of inputs is given. */
    Map<String, Tensor> inputs() {
        Map<String, Tensor> inputs = new HashMap<>();
        for (int index = 0; index < operands.size(); index++) {
            if (operands.get(index) != null && !constants.contains(index)) {
                inputs.put("x" + index, operands.get(index).given());
            }
        }
        return inputs;
    }

    private byte[] model(boolean inputs) {
        OnnxBuilder builder = new OnnxBuilder();
        builder.opset(domain.isEmpty() ? opset : OnnxBuilder.DEFAULT_OPSET);
        if (!domain.isEmpty()) {
            builder.opset(domain, opset);
        }
        List<String> names = new ArrayList<>();
        for (int index = 0; index < operands.size(); index++) {
            names.add(operands.get(index) == null ? "" : operand(builder, index, inputs));
        }
        DType given = Operand.exchanged(result);
        List<String> made = results.stream()
                .map(name -> given != result && name.equals(RESULT) ? RAW : name)
                .toList();
        builder.node(new OnnxNode(operator, operator, domain, "", names, made, attributes));
        if (given != result) {
            builder.node("Cast", List.of(RAW), List.of(RESULT), to(given));
        }
        return builder.output(RESULT, new OnnxType.OnnxTensorType(given, Optional.empty()))
                .build();
    }

    private String operand(OnnxBuilder builder, int index, boolean inputs) {
        Operand operand = operands.get(index);
        String name = "x" + index;
        if (inputs && !constants.contains(index)) {
            Object[] axes = new Object[operand.given().rank()];
            for (int axis = 0; axis < axes.length; axis++) {
                axes[axis] = operand.given().shape()[axis];
            }
            builder.input(name, operand.given().dtype(), axes);
        } else {
            builder.initializer(name, operand.given());
        }
        if (operand.type() == operand.given().dtype()) {
            return name;
        }
        builder.node("Cast", List.of(name), List.of(name + "_cast"), to(operand.type()));
        return name + "_cast";
    }

    private static Map<String, OnnxAttribute> to(DType type) {
        return Map.of("to", new OnnxAttribute.Int(DataTypes.number(type)));
    }

    @Override
    public String toString() {
        return operator
                + attributes
                + operands.stream()
                        .map(operand -> operand == null ? "-" : operand.type().toString() + operand.given())
                        .toList();
    }
}
