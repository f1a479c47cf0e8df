package dev.quern.onnx;

import dev.quern.onnx.importer.GraphImporter;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxReader;
import java.nio.file.Path;

/** Reads ONNX models into graphs. */
public final class OnnxModels {
    private OnnxModels() {}

    /**
     * Reads the model in {@code file} and the external data beside it. Constants stay in the mapped files.
     *
     * @throws dev.quern.ModelException if the file cannot be read, is not a valid model, or uses what Quern does not have
     */
    public static ImportedModel read(Path file) {
        return imported(OnnxReader.read(file));
    }

    /** Reads a model held in memory; it may not refer to external data. */
    public static ImportedModel read(byte[] model) {
        return imported(OnnxReader.read(model));
    }

    private static ImportedModel imported(OnnxFile file) {
        try {
            return new ImportedModel(file, GraphImporter.read(file.model()));
        } catch (Throwable failure) {
            file.close();
            throw failure;
        }
    }
}
