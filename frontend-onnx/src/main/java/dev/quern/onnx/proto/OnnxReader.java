package dev.quern.onnx.proto;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import java.nio.file.Path;

/**
 * Reads ONNX models off the protobuf wire format, fields of {@code onnx.proto} up to IR version 13. Unknown fields are
 * skipped. Any bytes end in a model or in one {@link ModelException}; what a file claims is checked against the bytes
 * present before memory is taken for it.
 */
public final class OnnxReader {
    private OnnxReader() {}

    /**
     * Maps and reads the model in {@code file}. Weights are not copied: they stay in the mapping, or in that of the
     * files of external data beside it. None of these may shrink while they are mapped.
     *
     * @throws ModelException if the file cannot be read or is not a well-formed model
     */
    public static OnnxFile read(Path file) {
        return owning(ModelBytes.map(file));
    }

    /**
     * Reads a model held in memory. Weights are not copied: the array must not change while the result is used.
     * External data is refused.
     *
     * @throws ModelException if the bytes are not a well-formed model
     */
    public static OnnxFile read(byte[] model) {
        return owning(ModelBytes.of(model));
    }

    /**
     * Reads the model in {@code bytes}, which are closed with it, or if this fails.
     *
     * @throws ModelException if the bytes are not a well-formed model
     */
    public static OnnxFile owning(ModelBytes bytes) {
        try {
            return read(bytes);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, bytes::close);
            throw failure;
        }
    }

    /**
     * Reads the model in {@code bytes}, which stay open if this fails.
     *
     * @throws ModelException if the bytes are not a well-formed model
     */
    public static OnnxFile read(ModelBytes bytes) {
        return new OnnxFile(bytes.read(), bytes);
    }
}
