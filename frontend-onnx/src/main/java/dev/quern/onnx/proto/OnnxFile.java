package dev.quern.onnx.proto;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A model and the memory its constants lie in. Mapped files stay open until {@link #close()}; after that, every tensor
 * of the model is invalid. Safe to use and close from any thread.
 */
public final class OnnxFile implements AutoCloseable {
    private final OnnxModel model;
    private final ModelBytes bytes;

    OnnxFile(OnnxModel model, ModelBytes bytes) {
        this.model = model;
        this.bytes = bytes;
    }

    /** The model. */
    public OnnxModel model() {
        return model;
    }

    /** The file's bytes, in which constants lie. */
    public MemorySegment bytes() {
        return bytes.bytes();
    }

    /** The bytes of files of external data, by the location that the model gives for them. */
    public Map<String, MemorySegment> external() {
        return bytes.external();
    }

    /**
     * Checks that no mapped file has become shorter since it was mapped; to be asked before what was read is relied on.
     *
     * @throws dev.quern.ModelException if one has
     */
    public void requireWhole() {
        bytes.requireWhole();
    }

    /** Unmaps the file and frees decoded constants; further calls do nothing. */
    @Override
    public void close() {
        bytes.close();
    }
}
