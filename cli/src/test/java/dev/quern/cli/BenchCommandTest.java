package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    @TempDir
    Path folder;

    @Test
    void helpIsFormatted() {
        CommandRun run = CommandRun.in(folder, "bench", "--help");
        assertEquals(0, run.status());
        assertTrue(run.out().contains("by 10 % or more"), run.out());
    }

    @Test
    void refusesPeersThatItDoesNotTime() {
        CommandRun run = CommandRun.in(folder, "bench", "m.onnx", "--peer", "interpreter");
        assertEquals(ExitStatus.BAD_INPUT, run.status());
        assertTrue(run.err().contains("expected one of [ort, none]"), run.err());
    }
}
