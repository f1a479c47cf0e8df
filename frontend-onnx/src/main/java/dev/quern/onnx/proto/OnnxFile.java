package dev.quern.onnx.proto;

import java.lang.foreign.Arena;
import java.util.List;

/**
 * A model and the memory its constants lie in. Mapped files stay open until {@link #close()}; after that, every tensor
 * of the model is invalid. Safe to use and close from any thread.
 */
public final class OnnxFile implements AutoCloseable {
    private final OnnxModel model;
    private final List<MappedFile> files;
    private final Arena arena;

    OnnxFile(OnnxModel model, List<MappedFile> files, Arena arena) {
        this.model = model;
        this.files = List.copyOf(files);
        this.arena = arena;
    }

    /** The model. */
    public OnnxModel model() {
        return model;
    }

    /**
     * Checks that no mapped file has become shorter since it was mapped; to be asked before what was read is relied on.
     *
     * @throws dev.quern.ModelException if one has
     */
    public void requireWhole() {
        files.forEach(MappedFile::requireWhole);
    }

    /** Unmaps the file and frees decoded constants; further calls do nothing. */
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            files.forEach(MappedFile::close);
        }
    }
}
