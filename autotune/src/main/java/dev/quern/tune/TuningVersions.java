package dev.quern.tune;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that a time is of. */
final class TuningVersions {
    private static final String HERE = "quern " + quern() + ", Java " + Runtime.version();

    private TuningVersions() {}

    /** Those of this process. */
    static String here() {
        return HERE;
    }

    private static String quern() {
        try (InputStream in = TuningVersions.class.getResourceAsStream("versions.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("quern");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
