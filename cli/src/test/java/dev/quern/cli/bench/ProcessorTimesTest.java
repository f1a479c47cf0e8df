package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessorTimesTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void readsTheFirstLineAndCountsTheOthers() {
        String stat = """
                cpu  100 20 30 4000 50 6 7 80 9 1
                cpu0 50 10 15 2000 25 3 3 40 4 0
                cpu1 50 10 15 2000 25 3 4 40 5 1
                intr 781371 0 0
                ctxt 5
                """;
        ProcessorTimes times = ProcessorTimes.parse(stat, 17, Duration.ofMillis(250));
        assertEquals(new ProcessorTimes(2, 17, 1.63, 0.8, 0.25), times);
    }

    @Test
    void aKernelThatKnowsNoStealHasNone() {
        assertEquals(
                0,
                ProcessorTimes.parse("cpu 1 2 3 4\ncpu0 1 2 3 4\n", 0, Duration.ZERO)
                        .stolen());
    }

    @Test
    void whatIsNotOursIsOthers() {
        ProcessorTimes before = new ProcessorTimes(2, 0, 100, 5, 40);
        ProcessorTimes after = new ProcessorTimes(2, 10 * SECOND, 118, 6, 49);
        Activity activity = before.until(after);
        assertEquals(2, activity.processors());
        assertEquals(0.9, activity.others(), 1e-9);
        assertEquals(0.1, activity.stolen(), 1e-9);
    }

    @Test
    void roundingOfTicksIsNobody() {
        ProcessorTimes before = new ProcessorTimes(1, 0, 1, 0, 0);
        assertEquals(0, before.until(new ProcessorTimes(1, SECOND, 1.99, 0, 1)).others());
    }
}
