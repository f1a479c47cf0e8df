package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With a script in Maven's place. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ModelCacheTest {
    @TempDir
    Path folder;

    private ModelCache cache;
    private Session session;

    @BeforeEach
    void putMaven() throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve("published.jar"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("models/m.onnx"));
            zip.write("content".getBytes(StandardCharsets.UTF_8));
        }
        maven("cp '" + folder.resolve("published.jar") + "' \"${7#-DoutputDirectory=}\"; echo \"$6\" >>'"
                + folder.resolve("calls") + "'");
        session = new Session(System.out, System.err, folder, Map.of());
        cache = new ModelCache(
                folder.resolve("cache"), new MavenClient(folder.resolve("maven").toString()));
    }

    private void maven(String script) throws IOException {
        Path maven = Files.writeString(folder.resolve("maven"), "#!/bin/sh\n" + script + "\n");
        assertTrue(maven.toFile().setExecutable(true));
    }

    private long calls() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("calls"))) {
            return lines.count();
        }
    }

    @Test
    void anEntryIsFetchedOnceAndKeptWithItsDigest() throws IOException {
        Path first = cache.locate(session, "maven:g.h:a:1.0!/models/m.onnx");
        assertEquals("content", Files.readString(first));
        assertEquals("-Dartifact=g.h:a:1.0\n", Files.readString(folder.resolve("calls")));
        assertEquals(
                ModelCache.sha256(first),
                Files.readString(first.resolveSibling("m.onnx.sha256")).strip());
        assertEquals(first, cache.locate(session, "maven:g.h:a:1.0!/models/m.onnx"));
        assertEquals(1, calls());
        try (Stream<Path> left = Files.list(first.getParent())) {
            assertEquals(2, left.count());
        }
    }

    @Test
    void whatNoLongerHasItsDigestIsFetchedAgain() throws IOException {
        Path file = cache.locate(session, "maven:g:a:1.0!/models/m.onnx");
        Files.writeString(file, "damaged");
        assertEquals("content", Files.readString(cache.locate(session, "maven:g:a:1.0!/models/m.onnx")));
        assertEquals(2, calls());
    }

    @Test
    void aJarAsAWhole() throws IOException {
        Path jar = cache.locate(session, "maven:g:a:1.0");
        assertEquals("a-1.0.jar", jar.getFileName().toString());
        assertEquals(-1, Files.mismatch(folder.resolve("published.jar"), jar));
    }

    @Test
    void aDigestInTheNameIsChecked() throws IOException {
        String right = ModelCache.sha256(cache.locate(session, "maven:g:a:1.0!/models/m.onnx"));
        cache.locate(session, "maven:g:a:1.0!/models/m.onnx#" + right);
        assertEquals(1, calls());
        String wrong = "0".repeat(64);
        String message = ": what was fetched has the SHA-256 digest " + right + "; do not use it";
        refused("maven:g:a:1.0!/models/m.onnx#" + wrong + message, "maven:g:a:1.0!/models/m.onnx#" + wrong);
        String jar = ModelCache.sha256(folder.resolve("published.jar"));
        assertEquals(cache.locate(session, "maven:g:a:1.0"), cache.locate(session, "maven:g:a:1.0#" + jar));
        String form = ": expected maven:GROUP:ARTIFACT:VERSION!/PATH, and perhaps #SHA256";
        refused("maven:g:a:1.0#12" + form, "maven:g:a:1.0#12");
    }

    @Test
    void failuresSayWhatMavenSaid() throws IOException {
        refused(
                "maven:g:a:1.0!/none.onnx: no 'none.onnx' in g:a:1.0; its models are [models/m.onnx]",
                "maven:g:a:1.0!/none.onnx");
        maven("echo '[ERROR] '; echo '[ERROR] no such artifact'; exit 1");
        refused("maven:g:a:1.0!/m.onnx: Maven: no such artifact", "maven:g:a:1.0!/m.onnx");
        Files.delete(folder.resolve("maven"));
        ModelException absent =
                assertThrows(ModelException.class, () -> cache.locate(session, "maven:g:a:1.0!/m.onnx"));
        assertTrue(absent.getMessage().contains("Maven cannot be run"), absent.getMessage());
        assertFalse(Files.exists(folder.resolve("cache/maven/g/a/1.0/m.onnx")));
    }

    private void refused(String message, String model) {
        ModelException thrown = assertThrows(ModelException.class, () -> cache.locate(session, model));
        assertEquals(message, thrown.getMessage());
        assertEquals(ModelException.Code.IO, thrown.code());
    }
}
