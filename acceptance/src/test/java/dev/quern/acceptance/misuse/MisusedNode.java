package dev.quern.acceptance.misuse;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.importer.KnownOperators;
import dev.quern.onnx.operators.OperatorSignature;
import dev.quern.onnx.operators.Parameter;
import dev.quern.onnx.operators.SignatureTable;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A model of one node, drawn from its operator's signature: operands of the right types and of ranks, extents and values that
 * hardly fit, as constants and as inputs, of fixed and of symbolic extents.
 */
public final class MisusedNode {
    private static final int NEWEST = 28;

    private final Random random;
    private final KnownOperators.VersionRange operator;
    private final RandomTensors tensors;
    private final OnnxBuilder model = new OnnxBuilder();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private long[] like;

    private MisusedNode(KnownOperators.VersionRange operator, long seed) {
        this.operator = operator;
        this.random = new Random(seed);
        this.tensors = new RandomTensors(random);
    }

    /** The model of this seed. */
    public static GeneratedModel of(KnownOperators.VersionRange operator, long seed) {
        return new MisusedNode(operator, seed).draw(operator.name() + " " + seed);
    }

    private GeneratedModel draw(String name) {
        int newest = Math.min(operator.until(), NEWEST);
        int version =
                random.nextDouble() < 0.5 ? newest : operator.since() + random.nextInt(newest - operator.since() + 1);
        OperatorSignature signature = SignatureTable.onnx()
                .find(operator.domain(), operator.name(), operator.domain().isEmpty() ? version : 1)
                .orElseThrow();
        model.opset(version);
        if (!operator.domain().isEmpty()) {
            model.opset(operator.domain(), 1);
        }
        like = tensors.shape(random.nextInt(6));
        List<String> operands = operands(signature);
        int least = (int) signature.results().stream()
                .filter(result -> result.occurrence() == Parameter.Occurrence.ONE)
                .count();
        int most = Math.max(least, Math.min(signature.mostResults(), 4));
        int results = Math.max(random.nextDouble() < 0.7 ? least : least + random.nextInt(most - least + 1), 1);
        List<String> names = new ArrayList<>();
        for (int index = 0; index < results; index++) {
            names.add("y" + index);
            model.output("y" + index);
        }
        int rank = inputs.isEmpty()
                ? like.length
                : inputs.values().iterator().next().rank();
        model.node(new OnnxNode(
                "node",
                operator.name(),
                operator.domain(),
                "",
                operands,
                names,
                new RandomAttributes(random, rank).draw(signature)));
        return new GeneratedModel(name, model.model(), List.of(inputs));
    }

    private List<String> operands(OperatorSignature signature) {
        int least = signature.leastOperands();
        int most = Math.min(signature.mostOperands(), least + 3);
        int count = random.nextDouble() < 0.4 ? least : least + random.nextInt(most - least + 1);
        Map<String, DType> types = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            Parameter parameter = signature.operand(index);
            List<DType> allowed = List.copyOf(signature.typesOfOperand(index));
            List<DType> usual =
                    RandomTensors.TYPES.stream().filter(allowed::contains).toList();
            DType drawn = RandomTensors.pick(random, usual.isEmpty() || random.nextDouble() < 0.05 ? allowed : usual);
            DType dtype = parameter.occurrence() == Parameter.Occurrence.MIXED
                    ? drawn
                    : types.computeIfAbsent(parameter.type(), type -> drawn);
            boolean absent = parameter.occurrence() == Parameter.Occurrence.OPTIONAL && random.nextDouble() < 0.3;
            names.add(absent ? "" : operand("x" + index, dtype, shape(parameter, index)));
        }
        return names;
    }

    private long[] shape(Parameter parameter, int index) {
        boolean first = index == 0 || parameter.type().startsWith("T") && random.nextDouble() < 0.5;
        if (first && random.nextDouble() < 0.9) {
            long[] shape = like.clone();
            if (index > 0 && shape.length > 0 && random.nextDouble() < 0.3) {
                return Arrays.copyOfRange(shape, random.nextInt(shape.length + 1), shape.length);
            }
            return shape;
        }
        if (!first && random.nextDouble() < 0.5) {
            return random.nextDouble() < 0.3 ? new long[0] : new long[] {random.nextBoolean() ? like.length : 1};
        }
        return tensors.shape(random.nextInt(6));
    }

    private String operand(String name, DType dtype, long[] shape) {
        Tensor value = tensors.draw(dtype, shape, random.nextDouble() < 0.15 ? 0.5 : 0.02);
        if (random.nextDouble() < 0.4) {
            model.initializer(name, value);
            return name;
        }
        boolean symbolic = random.nextDouble() < 0.5;
        Object[] axes = new Object[shape.length];
        for (int axis = 0; axis < axes.length; axis++) {
            axes[axis] = symbolic && random.nextDouble() < 0.7 ? (Object) (name + "_" + axis) : (Object) shape[axis];
        }
        model.input(name, dtype, axes);
        inputs.put(name, value);
        return name;
    }
}
