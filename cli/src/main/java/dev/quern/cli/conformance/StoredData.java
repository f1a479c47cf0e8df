package dev.quern.cli.conformance;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxValue;
import dev.quern.onnx.proto.OnnxValueInfo;
import dev.quern.onnx.proto.TensorProtos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code input_i.pb} and {@code output_i.pb} for a graph's {@code i}-th input and output, each the proto that the graph's type
 * says.
 *
 * @param folder where the files lie
 */
record StoredData(Path folder) implements CaseData {
    @Override
    public Map<String, OnnxValue> inputs(OnnxGraph graph) {
        return values("input_", graph.inputs());
    }

    @Override
    public Map<String, OnnxValue> outputs(OnnxGraph graph) {
        return values("output_", graph.outputs());
    }

    private Map<String, OnnxValue> values(String prefix, List<OnnxValueInfo> infos) {
        Map<String, OnnxValue> values = new LinkedHashMap<>();
        for (int i = 0; i < infos.size(); i++) {
            Path file = folder.resolve(prefix + i + ".pb");
            if (Files.exists(file)) {
                values.put(infos.get(i).name(), value(file, infos.get(i)));
            }
        }
        return values;
    }

    private static OnnxValue value(Path file, OnnxValueInfo info) {
        if (info.type().isPresent()) {
            return TensorProtos.read(file, info.type().get());
        }
        Tensor tensor = TensorProtos.read(file);
        return new OnnxValue.Dense(info.name(), tensor);
    }
}
