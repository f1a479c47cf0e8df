package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.passes.BuildIdentity;
import dev.quern.passes.schedule.TunedSchedules;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningRecordsTest {
    private static final String WIDE = "a machine, jvm-512, threads 1";
    private static final String NARROW = "a machine, test-256x16, threads 1";

    private static final Map<String, Long> SIZES = Map.of("rows", 3L, "a \"b\" = c", 4L);

    @TempDir
    Path folder;

    private static Kernel kernel(long extent) {
        return new Kernel(
                "k",
                "copy",
                List.of(),
                List.of(Buffer.global("y", DType.F32, Shape.of(Dim.of(extent)))),
                1,
                Stmt.NOTHING);
    }

    private static RecordKey key(long extent, String device) {
        return RecordKey.of(kernel(extent), Set.of("y"), device, "1");
    }

    private static TuningRecord record(RecordKey key, int number) {
        Schedule schedule = new Schedule(List.of(new Step.Outline("m" + number)));
        return TuningRecord.of(
                key,
                SIZES,
                "copy \"of\" ü\n",
                TrialOutcome.measured(new Candidate("c" + number, schedule), 100 + number, ""),
                "s1");
    }

    @Test
    void whatIsWrittenIsRead() {
        TuningRecords records = new TuningRecords(folder.resolve("new/records.jsonl"));
        assertEquals(List.of(), records.read());
        TuningRecord first = record(key(3, WIDE), 1);
        TuningRecord refused = TuningRecord.of(
                key(3, WIDE),
                Map.of(),
                "copy",
                TrialOutcome.without(new Candidate("c", Schedule.NONE), TrialOutcome.TrialStatus.REFUSED, "not \\ so"),
                "s \"1\"");
        records.append(List.of(first));
        records.append(List.of(refused, first));
        assertEquals(List.of(first, refused, first), records.read());
    }

    @Test
    void timesAreOfOneKernelOnOneDeviceAndVersion() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        RecordKey key = key(3, WIDE);
        TuningRecord slower = record(key, 1);
        records.append(List.of(
                slower,
                new TuningRecord(
                        key,
                        SIZES,
                        "s",
                        "c1",
                        slower.schedule(),
                        TrialOutcome.TrialStatus.MEASURED,
                        50,
                        "",
                        "s2",
                        slower.at()),
                record(key(4, WIDE), 2),
                record(key(3, NARROW), 3),
                record(RecordKey.of(kernel(3), Set.of(), WIDE, "1"), 4),
                record(RecordKey.of(kernel(3), Set.of("y"), WIDE, "2"), 5)));
        assertEquals(Map.of(slower.schedule(), 50.0), records.times(key, SIZES));
        assertEquals(1, records.times(key(3, NARROW), SIZES).size());
        assertEquals(Map.of(), records.times(key, Map.of("rows", 4L)));
        assertNotEquals(key(3, WIDE), key(3, NARROW));
    }

    private static TuningRecord timed(TuningRecord record, double nanos, String at) {
        return new TuningRecord(
                record.key(),
                record.sizes(),
                record.subject(),
                record.candidate(),
                record.schedule(),
                Double.isNaN(nanos) ? TrialOutcome.TrialStatus.TIMED_OUT : TrialOutcome.TrialStatus.MEASURED,
                nanos,
                "",
                record.session(),
                at);
    }

    private static TuningRecord failed(TuningRecord record) {
        return new TuningRecord(
                record.key(),
                record.sizes(),
                record.subject(),
                record.candidate(),
                record.schedule(),
                TrialOutcome.TrialStatus.FAILED,
                Double.NaN,
                "a fault",
                record.session(),
                record.at());
    }

    @Test
    void theLastTimeCountsAndWhatWasTriedIsKnown() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        TuningRecord one = record(key(3, WIDE), 1);
        TuningRecord other = record(key(3, WIDE), 2);
        records.append(List.of(
                timed(one, 50, "2026-11-26T10:00:00Z"),
                timed(one, 10, "2026-11-26T10:00:00.5Z"),
                timed(one, 80, "2026-11-26T10:00:01Z"),
                timed(one, Double.NaN, "2026-11-26T11:00:00Z"),
                timed(other, Double.NaN, "2026-11-26T10:00:00Z")));
        RecordedSchedules read = RecordedSchedules.read(records, WIDE, "1");
        assertEquals(Map.of(one.schedule(), 80.0), read.times(key(3, WIDE), SIZES));
        assertEquals(Set.of(one.schedule(), other.schedule()), read.tried(key(3, WIDE), SIZES));
        assertEquals(Set.of(), read.tried(key(3, WIDE), Map.of()));
    }

    @Test
    void whatFailsInASessionAfterItWasTimedHasNoTimeThere() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        TuningRecord one = record(key(3, WIDE), 1);
        TuningRecord other = record(key(3, WIDE), 2);
        records.append(List.of(
                in("a", one),
                in("a", other),
                in("b", one),
                in("b", other),
                in("b", failed(one)),
                in("c", failed(other)),
                in("c", one),
                in("c", failed(one)),
                in("c", timed(one, 70, one.at()))));
        RecordedSchedules read = RecordedSchedules.read(records, WIDE, "1");
        assertEquals(
                List.of(
                        Map.of(one.schedule(), 70.0),
                        Map.of(other.schedule(), other.nanos()),
                        Map.of(one.schedule(), one.nanos(), other.schedule(), other.nanos())),
                read.of(key(3, WIDE)).stream()
                        .map(TunedSchedules.SizedTimes::nanos)
                        .toList());
        assertEquals(Map.of(one.schedule(), 70.0, other.schedule(), other.nanos()), read.times(key(3, WIDE), SIZES));
        assertEquals(Set.of(one.schedule(), other.schedule()), read.tried(key(3, WIDE), SIZES));
    }

    private static TuningRecord in(String session, TuningRecord record) {
        return new TuningRecord(
                record.key(),
                record.sizes(),
                record.subject(),
                record.candidate(),
                record.schedule(),
                record.status(),
                record.nanos(),
                record.remark(),
                session,
                record.at());
    }

    @Test
    void eachSessionIsByItselfAndTheLastIsFirst() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        TuningRecord one = record(key(3, WIDE), 1);
        TuningRecord other = record(key(3, WIDE), 2);
        records.append(List.of(
                in("c", timed(one, 70, one.at())),
                in("b", timed(one, 50, one.at())),
                in("a", timed(one, 90, one.at())),
                in("d", timed(other, Double.NaN, one.at())),
                in("b", timed(other, 40, one.at()))));
        RecordedSchedules read = RecordedSchedules.read(records, WIDE, "1");
        assertEquals(
                List.of(
                        Map.of(one.schedule(), 50.0, other.schedule(), 40.0),
                        Map.of(one.schedule(), 90.0),
                        Map.of(one.schedule(), 70.0)),
                read.of(key(3, WIDE)).stream()
                        .map(TunedSchedules.SizedTimes::nanos)
                        .toList());
        assertEquals(Map.of(one.schedule(), 90.0, other.schedule(), 40.0), read.times(key(3, WIDE), SIZES));
    }

    @Test
    void aLineOfNoSessionIsARecord() {
        TuningRecord record = record(key(3, WIDE), 1);
        String line = record.line().replace("\"session\":\"s1\",", "");
        assertNotEquals(record.line(), line);
        assertEquals(in("", record), TuningRecord.parse(line).orElseThrow());
    }

    @Test
    void whatIsFurtherOnInTheFileIsLaterWhateverItsDateSays() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        TuningRecord one = record(key(3, WIDE), 1);
        TuningRecord other = record(key(3, WIDE), 2);
        records.append(List.of(
                in("clock ahead", timed(one, 10, "2126-01-01T00:00:00Z")),
                in("clock ahead", timed(other, 11, "2126-01-01T00:00:00Z")),
                in("clock set back", timed(one, 90, "2026-11-26T10:00:00Z")),
                in("clock set back", timed(one, 80, "1970-01-01T00:00:00Z")),
                in("no date", timed(one, 70, "yesterday"))));
        RecordedSchedules read = RecordedSchedules.read(records, WIDE, "1");
        assertEquals(Map.of(one.schedule(), 70.0, other.schedule(), 11.0), read.times(key(3, WIDE), SIZES));
        assertEquals(
                List.of(
                        Map.of(one.schedule(), 70.0),
                        Map.of(one.schedule(), 80.0),
                        Map.of(one.schedule(), 10.0, other.schedule(), 11.0)),
                read.of(key(3, WIDE)).stream()
                        .map(TunedSchedules.SizedTimes::nanos)
                        .toList());
    }

    @Test
    void aLockThatIsHeldIsNotWaitedForLongerThanPatienceHas() throws IOException {
        Path file = folder.resolve("records.jsonl");
        TuningRecords records = new TuningRecords(file, Duration.ZERO);
        TuningRecord record = record(key(3, WIDE), 1);
        records.append(List.of(record));
        try (FileChannel channel = FileChannel.open(folder.resolve("records.jsonl.lock"), StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            ModelException held = assertThrows(ModelException.class, () -> records.append(List.of(record)));
            assertTrue(held.getMessage().contains("records.jsonl.lock is held by another"), held.getMessage());
            assertThrows(ModelException.class, records::requireWritable);
            assertEquals(List.of(record), records.read(), "reading asks for no lock");
        }
        records.append(List.of(record));
        assertEquals(List.of(record, record), records.read());
    }

    @Test
    void aPipeIsNoFileOfRecords() throws IOException, InterruptedException {
        for (String name : List.of("pipe", "locked.lock")) {
            int made = new ProcessBuilder("mkfifo", folder.resolve(name).toString())
                    .start()
                    .waitFor();
            assumeTrue(made == 0, "there are named pipes here");
        }
        TuningRecord record = record(key(3, WIDE), 1);
        TuningRecords pipe = new TuningRecords(folder.resolve("pipe"));
        ModelException refusal = assertThrows(ModelException.class, pipe::read);
        assertTrue(refusal.getMessage().contains("expected a regular file"), refusal.getMessage());
        assertThrows(ModelException.class, () -> pipe.append(List.of(record)));
        assertThrows(ModelException.class, pipe::requireWritable);
        TuningRecords locked = new TuningRecords(folder.resolve("locked"));
        assertThrows(ModelException.class, () -> locked.append(List.of(record)));
    }

    @Test
    void theDigestIsOfTimesOfThisDeviceAndVersion() {
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        assertEquals("", RecordedSchedules.read(records, WIDE, "1").digest());
        TuningRecord one = record(key(3, WIDE), 1);
        records.append(List.of(one, record(key(3, NARROW), 1)));
        String digest = RecordedSchedules.read(records, WIDE, "1").digest();
        assertNotEquals("", digest);
        assertNotEquals("", RecordedSchedules.read(records, NARROW, "1").digest());
        records.append(List.of(
                record(key(4, NARROW), 2),
                record(RecordKey.of(kernel(3), Set.of("y"), WIDE, "2"), 3),
                timed(record(key(3, WIDE), 4), Double.NaN, one.at())));
        assertEquals(digest, RecordedSchedules.read(records, WIDE, "1").digest());
        records.append(List.of(record(key(3, WIDE), 5)));
        assertNotEquals(digest, RecordedSchedules.read(records, WIDE, "1").digest());
    }

    @Test
    void aLineLongerThanAnyRecordIsSkippedAndAFullFileIsLeft() throws IOException {
        Path file = folder.resolve("records.jsonl");
        TuningRecords records = new TuningRecords(file);
        TuningRecord first = record(key(3, WIDE), 1);
        TuningRecord second = record(key(3, WIDE), 2);
        records.append(List.of(first));
        String remark = "x".repeat(RecordLines.LONGEST);
        records.append(List.of(
                TuningRecord.of(
                        key(3, WIDE),
                        Map.of(),
                        "copy",
                        TrialOutcome.without(
                                new Candidate("c", Schedule.NONE), TrialOutcome.TrialStatus.FAILED, remark),
                        "s1"),
                second));
        assertEquals(List.of(first, second), records.read());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(TuningRecords.MOST_BYTES - 10);
        }
        ModelException full = assertThrows(ModelException.class, () -> records.append(List.of(second)));
        assertTrue(full.getMessage().contains("move the file away"), full.getMessage());
        assertEquals(TuningRecords.MOST_BYTES - 10, Files.size(file));
        assertEquals(List.of(first, second), records.read());
    }

    @Test
    void garbageAndTornLinesCostThemselvesAlone() throws IOException {
        Path file = folder.resolve("records.jsonl");
        TuningRecords records = new TuningRecords(file);
        TuningRecord first = record(key(3, WIDE), 1);
        TuningRecord second = record(key(3, WIDE), 2);
        records.append(List.of(first));
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        Files.write(file, noise, StandardOpenOption.APPEND);
        Files.writeString(
                file,
                "\n{}\n[1]\n{\"format\":\"1\",\"nested\":{}}\n" + first.line().replace("\"1\"", "\"2\"") + "\n"
                        + first.line().replace("101", "-1") + "\n" + first.line() + " x\n"
                        + first.line().substring(0, 90),
                StandardOpenOption.APPEND);
        records.append(List.of(second));
        assertEquals(List.of(first, second), records.read());
    }

    @Test
    void everyCutOfALineIsNoRecord() {
        String line = record(key(3, WIDE), 1).line();
        for (int end = 0; end < line.length(); end++) {
            assertTrue(TuningRecord.parse(line.substring(0, end)).isEmpty(), line.substring(0, end));
        }
    }

    @Test
    void manyWritersLoseNothing() throws InterruptedException {
        Path file = folder.resolve("records.jsonl");
        Set<TuningRecord> written = new HashSet<>();
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            List<TuningRecord> own = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                own.add(record(key(writer + 1, WIDE), i));
            }
            written.addAll(own);
            writers.add(Thread.ofPlatform()
                    .start(() -> own.forEach(one -> new TuningRecords(file).append(List.of(one)))));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        List<TuningRecord> read = new TuningRecords(file).read();
        assertEquals(200, read.size());
        assertEquals(written, new HashSet<>(read));
    }

    @Test
    void recordsOfOthersAreMergedOnce() {
        TuningRecords here = new TuningRecords(folder.resolve("here.jsonl"));
        TuningRecords there = new TuningRecords(folder.resolve("there.jsonl"));
        TuningRecord common = record(key(3, WIDE), 1);
        here.append(List.of(common));
        there.append(List.of(common, record(key(3, NARROW), 2)));
        assertEquals(1, here.merge(there));
        assertEquals(0, here.merge(there));
        assertEquals(2, here.read().size());
    }

    @Test
    void aFolderIsNoFileOfRecords() {
        TuningRecords records = new TuningRecords(folder);
        assertEquals(
                ModelException.Code.IO,
                assertThrows(ModelException.class, records::read).code());
        assertThrows(ModelException.class, () -> records.append(List.of(record(key(3, WIDE), 1))));
    }

    @Test
    void recordsAreOfABuildNotOfAVersion() {
        String build = BuildIdentity.get().orElseThrow();
        assertTrue(TuningVersions.here().contains(", build " + build + ", Java "), TuningVersions.here());
    }
}
