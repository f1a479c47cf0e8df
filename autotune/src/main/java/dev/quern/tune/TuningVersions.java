package dev.quern.tune;

import dev.quern.passes.BuildIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The build of Quern and the version of Java that a time is of. */
final class TuningVersions {
    private static final String HERE = "quern " + quern()
            + BuildIdentity.get().map(build -> ", build " + build).orElse("") + ", Java " + Runtime.version();

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
