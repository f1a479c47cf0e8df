package dev.quern.acceptance.generate;

import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import java.util.List;
import java.util.Map;

/**
 * A model and what to run it on.
 *
 * @param name where it came from, for messages
 * @param model the model
 * @param runs inputs by name, for one run each, in order
 */
public record GeneratedModel(String name, OnnxModel model, List<Map<String, Tensor>> runs) {
    /** A property of models that may end a process with ONNX Runtime in it, so that it is not asked about them. */
    public static final String PEER_MAY_CRASH = "peer may crash";

    public GeneratedModel {
        runs = List.copyOf(runs);
    }

    /** The bytes of the ONNX file. */
    public byte[] bytes() {
        return OnnxWriter.toBytes(model);
    }
}
