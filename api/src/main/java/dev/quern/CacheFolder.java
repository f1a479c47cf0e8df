package dev.quern;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where compiled models are kept: where the system property {@value #PROPERTY} says, else {@code quern/compiled} in the folder that
 * {@code XDG_CACHE_HOME} names, else {@code .cache/quern/compiled} in the user's home. The property set to {@value #OFF} keeps none.
 */
final class CacheFolder {
    static final String PROPERTY = "quern.cache";
    static final String OFF = "off";

    private CacheFolder() {}

    /** The folder, which need not be there; empty where nothing is to be kept. */
    static Optional<Path> ofProcess() {
        String given = System.getProperty(PROPERTY, "");
        if (given.equals(OFF)) {
            return Optional.empty();
        }
        try {
            if (!given.isEmpty()) {
                return Optional.of(Path.of(given));
            }
            String caches = System.getenv("XDG_CACHE_HOME");
            String home = System.getProperty("user.home", "");
            if (caches != null && !caches.isEmpty()) {
                return Optional.of(Path.of(caches, "quern", "compiled"));
            }
            return home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home, ".cache", "quern", "compiled"));
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }
}
