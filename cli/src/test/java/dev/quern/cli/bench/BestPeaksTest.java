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

    @Test
    void aFileThatCannotBeReadOrWrittenIsNoFault() throws IOException {
        Path file = folder.resolve("peaks.tsv");
        Files.write(file, new byte[] {'a', '\t', (byte) 0xff, (byte) 0xfe, '\n', 'c', '\t', '4', '\t', '5', '\n'});
        assertEquals(new Peaks(4, 5), new BestPeaks(file).with("c", new Peaks(1, 1)), "what is no UTF-8 is one line");
        BestPeaks below = new BestPeaks(file.resolve("peaks.tsv"));
        assertEquals(new Peaks(1, 2), below.with("a", new Peaks(1, 2)), "a file is no folder");
        Path taken = Files.createDirectories(folder.resolve("taken/inside")).getParent();
        assertEquals(new Peaks(1, 2), new BestPeaks(taken).with("a", new Peaks(1, 2)), "a folder is no file");
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "what was written on the way is removed");
        }
    }

    @Test
    void whatNoMachineDoesIsNoPeak() throws IOException {
        Path file = Files.writeString(
                folder.resolve("peaks.tsv"), "a\t1e300\t1\nb\t1\tInfinity\nc\t-1\t1\nd\t0\t1\ne\t1\t1e8\n");
        for (String machine : List.of("a", "b", "c", "d", "e")) {
            assertEquals(new Peaks(2, 2), new BestPeaks(file).with(machine, new Peaks(2, 2)), machine);
        }
        Files.write(file, new byte[(1 << 20) + 1]);
        assertEquals(new Peaks(2, 2), new BestPeaks(file).with("a", new Peaks(2, 2)), "too long to be read");
    }
}
