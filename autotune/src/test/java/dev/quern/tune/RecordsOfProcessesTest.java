package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes add to one file of records, and some are killed while they do. */
class RecordsOfProcessesTest {
    private static final int RECORDS = 60;

    @TempDir
    Path folder;

    private Process writer(String name, int records) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                RecordsWriter.class.getName(),
                folder.resolve("records.jsonl").toString(),
                name,
                String.valueOf(records));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** How many records {@code process} says that it added, before it ends or says it of {@code most}. */
    private static int added(BufferedReader said, int most) throws IOException {
        int added = 0;
        while (added < most && said.readLine() != null) {
            added++;
        }
        return added;
    }

    @Test
    void nothingIsLostButTheLineOfWhoeverIsKilled() throws IOException, InterruptedException {
        List<Process> lasting = new ArrayList<>();
        List<Integer> killed = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                lasting.add(writer("lasting" + i, RECORDS));
            }
            for (int i = 0; i < 3; i++) {
                Process victim = writer("killed" + i, Integer.MAX_VALUE);
                lasting.add(victim);
                try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
                    int before = added(said, 5 + 3 * i);
                    victim.toHandle().destroyForcibly();
                    killed.add(before + added(said, Integer.MAX_VALUE));
                }
                victim.waitFor();
            }
            for (int i = 0; i < 2; i++) {
                Process one = lasting.get(i);
                try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(one.getInputStream(), StandardCharsets.UTF_8))) {
                    assertEquals(RECORDS, added(said, Integer.MAX_VALUE));
                }
                assertEquals(0, one.waitFor());
            }
        } finally {
            lasting.forEach(Process::destroyForcibly);
        }
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        records.append(List.of(RecordsWriter.record("last", 0)));
        List<TuningRecord> read = records.read();
        for (int i = 0; i < 2; i++) {
            assertEquals(numbered("lasting" + i, RECORDS), of("lasting" + i, read));
        }
        for (int i = 0; i < 3; i++) {
            List<TuningRecord> found = of("killed" + i, read);
            int said = killed.get(i);
            assertTrue(
                    found.size() == said || found.size() == said + 1,
                    found.size() + " records of one that said it of " + said);
            assertEquals(numbered("killed" + i, found.size()), found);
        }
        assertEquals(numbered("last", 1), of("last", read));
        long whole = read.size();
        long lines = Files.readString(records.file()).lines().count();
        assertTrue(lines - whole <= 3, lines + " lines, " + whole + " records, three of whose writers were killed");
    }

    private static List<TuningRecord> numbered(String writer, int records) {
        List<TuningRecord> all = new ArrayList<>();
        for (int number = 0; number < records; number++) {
            all.add(RecordsWriter.record(writer, number));
        }
        return all;
    }

    private static List<TuningRecord> of(String writer, List<TuningRecord> read) {
        return read.stream().filter(one -> one.session().equals(writer)).toList();
    }
}
