package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.cli.tune.LatencyLog;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyLogTest {
    private static final long MILLI = 1_000_000;
    private static final long BEGIN = 77;

    @Test
    void runsAreShownBySecond() {
        LatencyLog log = new LatencyLog(BEGIN);
        assertTrue(Double.isNaN(log.median()) && log.spans().isEmpty());
        for (int run = 1; run <= 100; run++) {
            long from = BEGIN + run * 9 * MILLI;
            log.add(from, from + run * MILLI / 10);
        }
        log.add(BEGIN + 2_100 * MILLI, BEGIN + 2_400 * MILLI);
        assertEquals(5.1, log.median(), 1e-9);
        assertEquals(10, log.percentile99(), 1e-9);
        assertEquals(
                List.of(
                        new LatencyLog.LatencySpan(1, 100, 5, 9.9, 10),
                        new LatencyLog.LatencySpan(3, 1, 300, 300, 300)),
                log.spans());
    }

    @Test
    void aLongLogHasLongerIntervals() {
        LatencyLog log = new LatencyLog(0);
        for (int second = 0; second < 150; second++) {
            log.add(second * 1_000 * MILLI, second * 1_000 * MILLI + MILLI);
        }
        assertEquals(50, log.spans().size());
        assertEquals(150, log.spans().getLast().until());
    }
}
