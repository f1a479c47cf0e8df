package dev.quern.onnx.proto;

import java.lang.foreign.Arena;

/**
 * A model and the memory its constants lie in. Mapped files stay open until {@link #close()}; after that, every tensor
 * of the model is invalid. Safe to use and close from any thread.
 */
public final class OnnxFile implements AutoCloseable {
    private final OnnxModel model;
    private final Arena arena;

    OnnxFile(OnnxModel model, Arena arena) {
        this.model = model;
        this.arena = arena;
    }

    /** The model. */
    public OnnxModel model() {
        return model;
    }

    /** Unmaps the file and frees decoded constants; further calls do nothing. */
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
