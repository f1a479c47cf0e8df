package dev.quern.onnx.proto;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An ONNX model ({@code ModelProto}).
 *
 * @param irVersion version of the file format
 * @param producer name and version of what wrote the file; may be empty
 * @param opsets version of each imported operator set by domain; the standard domain is {@code ""}
 * @param graph what the model computes
 * @param functions operators the model defines for itself
 * @param metadata the exporter's own properties
 */
public record OnnxModel(
        long irVersion,
        String producer,
        Map<String, Long> opsets,
        OnnxGraph graph,
        List<OnnxFunction> functions,
        Map<String, String> metadata) {
    public OnnxModel {
        Objects.requireNonNull(producer);
        Objects.requireNonNull(graph);
        opsets = Ordered.copyOf(opsets);
        functions = List.copyOf(functions);
        metadata = Ordered.copyOf(metadata);
    }
}
