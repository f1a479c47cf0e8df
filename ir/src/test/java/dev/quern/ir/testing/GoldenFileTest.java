package dev.quern.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenFileTest {
    @TempDir
    Path folder;

    @Test
    void comparesAndShowsTheDifference() throws IOException {
        GoldenFile golden = new GoldenFile(folder, false);
        Path file = folder.resolve("some_pass.qir");
        Files.writeString(file, "a\nb\nc\nd\ne\nf\ng\n");
        golden.compare("some_pass", "a\nb\nc\nd\ne\nf\ng\n");
        AssertionError differs =
                assertThrows(AssertionError.class, () -> golden.compare("some_pass", "a\nb\nc\nd\nE\nx\nf\ng\n"));
        assertEquals(
                "the text differs from " + file + " (- file, + now); if it should, accept it with -Dquern.bless=true\n"
                        + "line 5:\n  b\n  c\n  d\n- e\n+ E\n+ x\n  f\n  g",
                differs.getMessage());
    }

    @Test
    void failsWithoutAFileAndWritesItWhenBlessed() throws IOException {
        assertThrows(AssertionError.class, () -> new GoldenFile(folder, false).compare("fresh", "a\n"));
        new GoldenFile(folder, true).compare("fresh", "a\n");
        assertEquals("a\n", Files.readString(folder.resolve("fresh.qir")));
        new GoldenFile(folder, false).compare("fresh", "a\n");
    }

    @Test
    void refusesNamesThatArePaths() {
        assertThrows(IllegalArgumentException.class, () -> new GoldenFile(folder, true).compare("../x", ""));
    }
}
