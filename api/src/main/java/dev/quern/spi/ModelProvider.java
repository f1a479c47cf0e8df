package dev.quern.spi;

import dev.quern.Model;
import dev.quern.Options;
import java.nio.file.Path;

/** Compiles models for {@link Model#load}; the runtime provides one, found by {@link java.util.ServiceLoader}. */
public interface ModelProvider {
    /** Compiles the model in {@code file}; external data is looked for beside it. */
    Model load(Path file, Options options);

    /** Compiles a model held in memory; it may not refer to external data. */
    Model load(byte[] model, Options options);
}
