package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.tune.DeviceRecord;
import dev.quern.tune.DeviceRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceProbeTest {
    private static final long MIB = 1 << 20;
    private static final long HEAP = 64L << 30;

    private static long megabytes(long cache, long heap) {
        return 4L * DeviceProbe.farFloats(cache * MIB, heap) / MIB;
    }

    @Test
    void whatIsReadIsARecordOfThisJvm(@TempDir Path folder) throws IOException {
        DeviceRecord read = DeviceProbe.read(List.of(32L << 10, 1L << 20));
        assertTrue(DeviceProbe.isOfThisJvm(read));
        DeviceRecords records = new DeviceRecords(folder);
        records.keep(read);
        assertEquals(
                Optional.of(read), records.find(read.machine()), "none of its figures is more than a machine does");
    }

    @Test
    void whatIsReadAsMemoryIsTwiceTheLargestCache() {
        assertEquals(128, megabytes(32, HEAP), "at least");
        assertEquals(600, megabytes(300, HEAP));
        assertEquals(1024, megabytes(800, HEAP), "at most");
        assertEquals(64, megabytes(300, 256 * MIB), "a quarter of the heap");
        assertEquals(2048, DeviceProbe.farFloats(MIB, 1), "one chunk at least");
    }
}
