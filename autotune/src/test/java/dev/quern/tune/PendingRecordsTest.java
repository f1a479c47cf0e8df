package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingRecordsTest {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    @TempDir
    Path folder;

    private static TuningRecord record(int number) {
        return TuningRecord.of(
                new RecordKey("signature", "device", "versions"),
                Map.of(),
                "copy",
                TrialOutcome.measured(new Candidate("c" + number, Schedule.NONE), 100 + number, ""),
                "s1");
    }

    private static long millis(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1_000_000;
    }

    @Test
    void whatCannotBeWrittenIsWrittenWithWhatComesNext() throws IOException {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"), PATIENCE);
        Path lock = folder.resolve("records.jsonl.lock");
        try (PendingRecords pending = new PendingRecords(records)) {
            pending.add(List.of(record(1)));
            assertEquals(List.of("c1"), candidates(records));
            Files.delete(lock);
            Files.createDirectory(lock);
            pending.add(List.of(record(2)));
            pending.add(List.of(record(3), record(4)));
            assertTrue(pending.hasFailed());
            assertEquals(List.of("c1"), candidates(records));
            Files.delete(lock);
            pending.add(List.of(record(5)));
            assertEquals(List.of("c1", "c2", "c3", "c4", "c5"), candidates(records));
        }
        assertEquals(5, records.read().size(), "each once");
    }

    private static List<String> candidates(TuningRecords records) {
        return records.read().stream().map(TuningRecord::candidate).toList();
    }

    @Test
    void othersAreWaitedForOnceAndAtTheEnd() throws IOException {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"), PATIENCE);
        PendingRecords pending = new PendingRecords(records);
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("records.jsonl.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            assertTrue(millis(() -> pending.add(List.of(record(1)))) >= PATIENCE.toMillis(), "they may soon be done");
            assertTrue(
                    millis(() -> {
                                for (int i = 2; i < 102; i++) {
                                    pending.add(List.of(record(i)));
                                }
                            })
                            < 50 * PATIENCE.toMillis(),
                    "a hundred times would be a hundred times as long");
            ModelException lost = assertThrows(ModelException.class, pending::close);
            assertEquals(ModelException.Code.IO, lost.code());
            assertTrue(lost.getMessage().contains("101 records of what was found"), lost.getMessage());
            assertTrue(lost.getMessage().contains("is held by another"), lost.getMessage());
        }
        pending.close();
        assertFalse(Files.exists(records.file()), "closed once");
    }

    @Test
    void whatCanBeWrittenAtTheEndIsNotLost() throws IOException {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"), Duration.ZERO);
        try (PendingRecords pending = new PendingRecords(records)) {
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("records.jsonl.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                pending.add(List.of(record(1)));
            }
            assertEquals(List.of(), records.read());
        }
        assertEquals(List.of("c1"), candidates(records));
    }
}
