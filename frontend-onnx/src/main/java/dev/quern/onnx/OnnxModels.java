package dev.quern.onnx;

import dev.quern.ir.backend.GiveBack;
import dev.quern.onnx.importer.GraphImporter;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads ONNX models into graphs. */
public final class OnnxModels {
    private OnnxModels() {}

    /**
     * Reads the model in {@code file} and the external data beside it. Constants stay in the mapped files.
     *
     * @throws dev.quern.ModelException if the file cannot be read, is not a valid model, or uses what Quern does not have
     */
    public static ImportedModel read(Path file) {
        return read(file, model -> {});
    }

    /** The same, showing {@code seen} what the file holds before it is made a graph. */
    public static ImportedModel read(Path file, Consumer<OnnxModel> seen) {
        return imported(OnnxReader.read(file), seen);
    }

    /** Reads a model held in memory; it may not refer to external data. */
    public static ImportedModel read(byte[] model) {
        return read(model, seen -> {});
    }

    /** The same, showing {@code seen} what the bytes hold before it is made a graph. */
    public static ImportedModel read(byte[] model, Consumer<OnnxModel> seen) {
        return imported(OnnxReader.read(model), seen);
    }

    /** Reads the model in {@code bytes}, whose memory the constants stay in; they are closed with it, or if this fails. */
    public static ImportedModel read(ModelBytes bytes, Consumer<OnnxModel> seen) {
        return imported(OnnxReader.owning(bytes), seen);
    }

    private static ImportedModel imported(OnnxFile file, Consumer<OnnxModel> seen) {
        try {
            seen.accept(file.model());
            return new ImportedModel(file, GraphImporter.read(file.model(), Overrides.NONE, KnownSizes.NONE));
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, file::close);
            throw failure;
        }
    }
}
