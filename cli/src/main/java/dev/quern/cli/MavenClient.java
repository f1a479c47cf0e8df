package dev.quern.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Fetches published files by the user's own Maven, so that mirrors, proxies and credentials are the user's. */
final class MavenClient {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy";
    private static final int MINUTES = 20;

    private final String command;

    /** Runs {@code command}: a path, or a name to look for on the path. */
    MavenClient(String command) {
        this.command = command;
    }

    /** The Maven of the checkout that the command runs from, or else the one on the path. */
    static MavenClient ofProcess() {
        String home = System.getProperty("quern.home", "");
        Path own = Path.of(home, "tools", "maven");
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        return new MavenClient(
                !home.isEmpty() && !windows && Files.isExecutable(own) ? own.toString() : windows ? "mvn.cmd" : "mvn");
    }

    /**
     * Fetches the jar {@code group:artifact:version} into {@code folder}, which must be empty.
     *
     * @throws IOException saying what Maven said, if it fails
     */
    Path fetch(String coordinate, Path folder) throws IOException {
        Path log = folder.resolve("maven.log");
        Process process;
        try {
            process = new ProcessBuilder(
                            command,
                            "-q",
                            "-B",
                            "--strict-checksums",
                            "-Dstyle.color=never",
                            COPY,
                            "-Dartifact=" + coordinate,
                            "-DoutputDirectory=" + folder)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException missing) {
            throw new IOException(
                    "Maven cannot be run (" + missing.getMessage() + "); install it to fetch " + coordinate, missing);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("Maven did not end within " + MINUTES + " minutes");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Maven ran", interrupted);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException(complaint(Files.readString(log)));
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("Maven left no jar for " + coordinate));
        }
    }

    /** The line of Maven's output that says what failed. */
    private static String complaint(String log) {
        return log.lines()
                .filter(line ->
                        line.startsWith("[ERROR] ") && !line.substring(8).isBlank())
                .findFirst()
                .map(line -> "Maven: " + line.substring(8))
                .orElse("Maven failed: " + log.strip());
    }
}
