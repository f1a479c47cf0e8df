package dev.quern.onnx.proto;

import java.nio.file.Path;

/** Reads ONNX models. */
public final class OnnxReader {
    private OnnxReader() {}

    /**
     * Maps and reads the model in {@code file}. Weights are not copied: they stay in the mapping.
     *
     * @throws dev.quern.ModelException if the file cannot be read or is not a well-formed model
     */
    public static OnnxFile read(Path file) {
        throw new UnsupportedOperationException("reading " + file);
    }

    /**
     * Reads a model held in memory; external data is refused.
     *
     * @throws dev.quern.ModelException if the bytes are not a well-formed model
     */
    public static OnnxFile read(byte[] model) {
        throw new UnsupportedOperationException("reading " + model.length + " bytes");
    }
}
