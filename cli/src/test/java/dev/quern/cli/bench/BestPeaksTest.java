package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BestPeaksTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheBestOfEachMachine() throws IOException {
        BestPeaks peaks = new BestPeaks(folder.resolve("cache/peaks.tsv"));
        assertEquals(new Peaks(100, 10), peaks.with("a", new Peaks(100, 10)));
        assertEquals(new Peaks(7, 7), peaks.with("b", new Peaks(7, 7)));
        assertEquals(new Peaks(110, 10), peaks.with("a", new Peaks(110, 9)));
        assertEquals(new Peaks(110, 10), new BestPeaks(folder.resolve("cache/peaks.tsv")).with("a", new Peaks(1, 1)));
        try (var files = Files.list(folder.resolve("cache"))) {
            assertEquals(List.of(folder.resolve("cache/peaks.tsv")), files.toList());
        }
    }

    @Test
    void dropsLinesThatAreNone() throws IOException {
        Path file =
                Files.writeString(folder.resolve("peaks.tsv"), "a\tnone\t1\nb\t1\na\t5\t-3\n\na\tNaN\t1\nc\t4\t5\n");
        BestPeaks peaks = new BestPeaks(file);
        assertEquals(new Peaks(2, 2), peaks.with("a", new Peaks(2, 2)));
        assertEquals(new Peaks(4, 5), peaks.with("c", new Peaks(1, 1)));
        assertEquals("a\t2.0\t2.0\nc\t4.0\t5.0\n", Files.readString(file));
    }
}
