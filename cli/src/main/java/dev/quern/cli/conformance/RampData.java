package dev.quern.cli.conformance;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxType.Extent;
import dev.quern.onnx.proto.OnnxValue;
import dev.quern.onnx.proto.OnnxValueInfo;
import dev.quern.onnx.proto.TensorProtos;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a light model is run on: {@code n} float32 elements, element {@code i} being {@code i / n}, in the shape of its input.
 *
 * @param output the file of what its first output must be
 */
record RampData(Path output) implements CaseData {
    @Override
    public Map<String, OnnxValue> inputs(OnnxGraph graph) {
        Set<String> constants =
                graph.initializers().stream().map(OnnxTensor::name).collect(Collectors.toSet());
        OnnxValueInfo input = graph.inputs().stream()
                .filter(info -> !constants.contains(info.name()))
                .findFirst()
                .orElseThrow(() -> unfit("it has none"));
        return Map.of(input.name(), new OnnxValue.Dense(input.name(), ramp(shape(input))));
    }

    private static long[] shape(OnnxValueInfo input) {
        if (!(input.type().orElse(null) instanceof OnnxType.OnnxTensorType(var _, var shape)) || shape.isEmpty()) {
            throw unfit("its input '" + input.name() + "' is another");
        }
        List<Extent> extents = shape.get();
        return extents.stream()
                .mapToLong(extent -> switch (extent) {
                    case Extent.Known(long value) -> value;
                    case Extent.Named _, Extent.Unknown _ -> throw unfit("its input '" + input.name() + "' has none");
                })
                .toArray();
    }

    private static Tensor ramp(long[] shape) {
        int elements = Math.toIntExact(Tensor.count(shape));
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) i / elements;
        }
        return Tensor.of(values, shape);
    }

    private static ModelException unfit(String found) {
        return new ModelException(
                Code.INVALID_INPUT, "light model", "expected an input tensor of known shape, but " + found);
    }

    @Override
    public Map<String, OnnxValue> outputs(OnnxGraph graph) {
        String name = graph.outputs().getFirst().name();
        return Map.of(name, new OnnxValue.Dense(name, TensorProtos.read(output)));
    }
}
