package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.proto.OnnxTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A generated model as one ONNX file, which any tool reads: what it is run on is among its properties, {@code run.0.x} =
 * {@code f32 2,3 00008040…}, the elements as bytes.
 */
public final class ModelFile {
    private static final String RUN = "run.";
    private static final String RUNS = "runs";

    private ModelFile() {}

    /** Writes the file. */
    public static void write(Path file, GeneratedModel model) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>(model.model().metadata());
        properties.put(RUNS, Integer.toString(model.runs().size()));
        for (int run = 0; run < model.runs().size(); run++) {
            for (var input : model.runs().get(run).entrySet()) {
                properties.put(RUN + run + "." + input.getKey(), text(input.getValue()));
            }
        }
        OnnxModel plain = model.model();
        OnnxModel whole = new OnnxModel(
                plain.irVersion(), plain.producer(), plain.opsets(), plain.graph(), plain.functions(), properties);
        Files.write(file, OnnxWriter.toBytes(whole));
    }

    private static String text(Tensor tensor) {
        String shape = Arrays.stream(tensor.shape()).mapToObj(Long::toString).collect(Collectors.joining(","));
        return tensor.dtype() + " " + shape + " " + HexFormat.of().formatHex(bytes(tensor));
    }

    /** Text as UTF-8, each element ended by a zero. */
    private static byte[] bytes(Tensor tensor) {
        if (tensor.dtype() != DType.STRING) {
            return tensor.toByteArray();
        }
        StringBuilder text = new StringBuilder();
        tensor.strings().forEach(each -> text.append(each).append('\0'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what {@link #write} wrote. */
    public static GeneratedModel read(Path file) throws IOException {
        try (OnnxFile read = OnnxReader.read(Files.readAllBytes(file))) {
            OnnxModel model = read.model();
            List<Map<String, Tensor>> runs = new ArrayList<>();
            int count = Integer.parseInt(model.metadata().getOrDefault(RUNS, "1"));
            for (int run = 0; run < count; run++) {
                Map<String, Tensor> inputs = new LinkedHashMap<>();
                String prefix = RUN + run + ".";
                model.metadata().forEach((key, value) -> {
                    if (key.startsWith(prefix)) {
                        inputs.put(key.substring(prefix.length()), tensor(value));
                    }
                });
                runs.add(inputs);
            }
            return new GeneratedModel(file.getFileName().toString(), owned(model), runs);
        }
    }

    private static Tensor tensor(String text) {
        String[] parts = text.split(" ", 3);
        long[] shape = parts[1].isEmpty()
                ? new long[0]
                : Arrays.stream(parts[1].split(",")).mapToLong(Long::parseLong).toArray();
        byte[] bytes = HexFormat.of().parseHex(parts[2]);
        DType dtype = DType.of(parts[0]);
        if (dtype == DType.STRING) {
            String[] texts = new String(bytes, StandardCharsets.UTF_8).split("\0", -1);
            return Tensor.of(Arrays.copyOf(texts, texts.length - 1), shape);
        }
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }

    private static Tensor owned(Tensor tensor) {
        return tensor.dtype() == DType.STRING
                ? tensor
                : Tensor.of(MemorySegment.ofArray(tensor.toByteArray()), tensor.dtype(), tensor.shape());
    }

    /** Constants that outlive the file. */
    private static OnnxModel owned(OnnxModel model) {
        OnnxGraph graph = model.graph();
        List<OnnxTensor> initializers = graph.initializers().stream()
                .map(each -> new OnnxTensor(each.name(), owned(each.data())))
                .toList();
        OnnxGraph owned = new OnnxGraph(
                graph.name(),
                graph.nodes(),
                initializers,
                graph.sparseInitializers(),
                graph.inputs(),
                graph.outputs(),
                graph.valueInfos());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), owned, model.functions(), model.metadata());
    }
}
