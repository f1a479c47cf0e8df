package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceRecordsTest {
    private static final DeviceRecord RECORD = new DeviceRecord(
            "a \"machine\"",
            256,
            80.5,
            150.25,
            4321,
            List.of(
                    new DeviceRecord.MemoryLevel(48 << 10, 250),
                    new DeviceRecord.MemoryLevel(2 << 20, 90),
                    new DeviceRecord.MemoryLevel(Long.MAX_VALUE, 11.5)));

    @TempDir
    Path folder;

    @Test
    void whatIsKeptIsFoundByTheMachineThatItIsOf() throws IOException {
        DeviceRecords records = new DeviceRecords(folder.resolve("new"));
        assertEquals(Optional.empty(), records.find(RECORD.machine()));
        records.keep(RECORD);
        assertEquals(Optional.of(RECORD), records.find(RECORD.machine()));
        assertEquals(Optional.empty(), records.find("another"));
        Files.copy(records.file(RECORD.machine()), records.file("another"));
        assertEquals(Optional.empty(), records.find("another"), "whatever the file is called");
    }

    @Test
    void whatIsDamagedIsNoRecord() {
        String text = RECORD.text();
        assertEquals(Optional.of(RECORD), DeviceRecord.parse(text));
        for (int end = 0; end < text.length(); end++) {
            assertEquals(Optional.empty(), DeviceRecord.parse(text.substring(0, end)));
        }
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("80.5", "-1")));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("80.5", "1e999")));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("level_3_gbps", "level_4_gbps")));
        assertEquals(Optional.empty(), DeviceRecord.parse("[]"));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("80.5", "1e30")), "no machine is so fast");
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("80.5", "\"NaN\"")));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace(": 256", ": 1e18")));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("4321", "-4321")));
        assertEquals(Optional.empty(), DeviceRecord.parse(text.replace("49152", "9999999999")), "a level out of turn");
    }

    @Test
    void whatIsWrittenOnTheWayIsRemoved() throws IOException {
        DeviceRecords records = new DeviceRecords(folder);
        Files.createDirectories(records.file(RECORD.machine()).resolve("inside"));
        assertThrows(IOException.class, () -> records.keep(RECORD));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(records.file(RECORD.machine())), files.toList());
        }
        assertEquals(Optional.empty(), records.find(RECORD.machine()));
    }

    @Test
    void bandwidthIsThatOfTheLevelThatHoldsTheBytes() {
        assertEquals(250, RECORD.bandwidth(48 << 10));
        assertEquals(90, RECORD.bandwidth((48 << 10) + 1));
        assertEquals(11.5, RECORD.bandwidth(1e12));
        assertThrows(IllegalArgumentException.class, () -> new DeviceRecord("m", 0, 1, 1, 0, List.of()));
    }
}
