package dev.quern.runtime.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an archive says of the sizes of its parts is held against bounds before memory is taken for them. */
class ArchiveBoundsTest {
    /** More than a Java array has. */
    private static final long LARGE = 1L << 31;

    @TempDir
    private Path folder;

    /** A file of {@link #LARGE} bytes that take no room, then {@code manifest}, a mark and the end. */
    private MemorySegment file(byte[] manifest, int length, long begin, Arena arena) throws IOException {
        Path file = folder.resolve("large.qar");
        String end = "0".repeat(64) + Trailer.text(begin, length, LARGE + manifest.length);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(manifest), LARGE);
            channel.write(ByteBuffer.wrap(end.getBytes(StandardCharsets.US_ASCII)), LARGE + manifest.length);
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    private static String message(DamagedException damaged) {
        return damaged.getMessage();
    }

    @Test
    void aManifestOfMoreThanItMayHaveIsNotRead() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = file(new byte[0], Integer.MAX_VALUE - 8, 0, arena);
            DamagedException damaged = assertThrows(DamagedException.class, () -> Archive.of(file));
            assertEquals("its manifest has 2147483639 bytes, expected at most 67108864", message(damaged));
        }
    }

    @Test
    void aManifestThatIsNoneIsNotSaidWhole() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = file(new byte[0], 0x04000000, 0, arena);
            DamagedException damaged = assertThrows(DamagedException.class, () -> Archive.of(file));
            assertTrue(
                    message(damaged).startsWith("its manifest begins with \"\\u0000\\u0000"),
                    () -> message(damaged).substring(0, 100));
            assertTrue(message(damaged).length() < 500, () -> message(damaged).length() + " characters");
        }
    }

    @Test
    void linesThatAreNoneAreNotSaidWhole() {
        String word = "\u001b".repeat(1000);
        String entry = "entry 0 1 2 3 " + word + "\n";
        for (String rest :
                List.of(word, "entry " + word, "entry " + word + " 1 2 3 k", entry + entry, "entry 1 " + entry)) {
            byte[] text = ("quern-archive 1\n" + rest).getBytes(StandardCharsets.UTF_8);
            DamagedException damaged = assertThrows(DamagedException.class, () -> Manifest.parse(text));
            for (Throwable each = damaged; each != null; each = each.getCause()) {
                assertTrue(each.getMessage().length() < 500, each::toString);
                assertFalse(each.getMessage().contains("\u001b"), each::toString);
            }
        }
    }

    @Test
    void codeThatNoArrayHoldsIsDamaged() throws IOException {
        byte[] manifest =
                new Manifest(Map.of(), List.of(new Manifest.Entry("kernels/k.ptx", 0, LARGE, "0", "0"))).text();
        try (Arena arena = Arena.ofConfined()) {
            Archive archive =
                    Archive.of(file(manifest, manifest.length, LARGE, arena)).orElseThrow();
            DamagedException damaged = assertThrows(DamagedException.class, () -> archive.code("kernels/k.ptx"));
            assertTrue(message(damaged).startsWith("entry \"kernels/k.ptx\" has 2147483648 bytes"), message(damaged));
        }
    }
}
