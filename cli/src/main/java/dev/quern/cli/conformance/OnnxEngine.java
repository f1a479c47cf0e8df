package dev.quern.cli.conformance;

import dev.quern.onnx.proto.OnnxValue;
import java.nio.file.Path;
import java.util.Map;

/** Something that runs ONNX models. */
@FunctionalInterface
public interface OnnxEngine {
    /**
     * Makes the model in {@code file} ready.
     *
     * @throws dev.quern.ModelException if it cannot; with code {@code UNSUPPORTED} or {@code LIMIT} where the model is right
     */
    ReadyModel load(Path file);

    /** A model that is ready. */
    interface ReadyModel extends AutoCloseable {
        /** Runs the model; absent inputs have no entry. Throws as {@link #load} does. */
        Map<String, OnnxValue> run(Map<String, OnnxValue> inputs);

        @Override
        void close();
    }
}
