package dev.quern.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine;

/** The versions that the build knows. */
final class Versions implements CommandLine.IVersionProvider {
    Versions() {}

    @Override
    public String[] getVersion() {
        return new String[] {"quern " + of("quern") + " on Java " + Runtime.version()};
    }

    /** The version of {@code name}. */
    static String of(String name) {
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(name);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
