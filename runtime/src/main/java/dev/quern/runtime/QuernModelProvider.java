package dev.quern.runtime;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.spi.ModelProvider;
import java.nio.file.Path;

/** The provider that {@link Model#load} finds. */
public final class QuernModelProvider implements ModelProvider {
    /** For {@link java.util.ServiceLoader}. */
    public QuernModelProvider() {}

    @Override
    public Model load(Path file, Options options) {
        return ModelCompiler.of(options).compile(file);
    }

    @Override
    public Model load(byte[] model, Options options) {
        return ModelCompiler.of(options).compile(model);
    }
}
