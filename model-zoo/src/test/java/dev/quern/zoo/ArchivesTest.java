package dev.quern.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivesTest {
    private static final int BLOCK = 512;

    @Test
    void takesOneFileOutOfATarball(@TempDir Path folder) throws IOException {
        byte[] first = new byte[BLOCK];
        byte[] second = new byte[200_001];
        new Random(7).nextBytes(second);
        Path tarball = folder.resolve("package.tgz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(tarball))) {
            write(out, "package/first", first);
            write(out, "package/second", second);
            out.write(new byte[2 * BLOCK]);
        }

        Path unpacked = folder.resolve("unpacked");
        Archives.untar(tarball, "package/second", unpacked);

        assertArrayEquals(second, Files.readAllBytes(unpacked));
        assertThrows(
                FileNotFoundException.class, () -> Archives.untar(tarball, "package/third", folder.resolve("third")));
    }

    private static void write(OutputStream out, String name, byte[] content) throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 124, String.format("%011o", content.length));
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
        Arrays.fill(header, at + bytes.length, at + bytes.length + 1, (byte) 0);
    }
}
