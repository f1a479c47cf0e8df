package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TuningPaceTest {
    private static final long MILLISECOND = 1_000_000;

    private long now = 1;
    private long compilation;
    private final TuningPace pace = new TuningPace(new TuningPace.WorkMeter() {
        @Override
        public long now() {
            return now;
        }

        @Override
        public long ownWork() {
            return 0;
        }

        @Override
        public long compilation() {
            return compilation;
        }
    });

    /** Milliseconds until all is paid. */
    private long untilPaid(boolean isFree) {
        long begin = now;
        while (!pace.isPaid(isFree)) {
            now += MILLISECOND;
        }
        return (now - begin) / MILLISECOND;
    }

    @Test
    void requestsAreLeftAloneForManyTimesWhatTheyWereDisturbed() {
        assertTrue(pace.isPaid(false), "nothing was done");
        pace.owe(10 * MILLISECOND);
        assertEquals(10 * TuningPace.ALONE, untilPaid(false));
        assertTrue(TuningPace.ALONE > 100, "less than one request in a hundred is disturbed");
        pace.owe(10 * MILLISECOND);
        assertEquals(10 / TuningPace.FREE + 1, untilPaid(true), "nobody is there to be disturbed");
    }

    @Test
    void whatCompilersDoAfterwardsIsOwedToo() {
        compilation = 5_000 * MILLISECOND;
        pace.isPaid(false);
        pace.owe(MILLISECOND);
        assertFalse(pace.isPaid(false));
        compilation += 9 * MILLISECOND;
        assertEquals(10 * TuningPace.ALONE, untilPaid(false), "but for what they did before");
        compilation += 500 * MILLISECOND;
        assertTrue(pace.isPaid(false), "tuning has not been at it since");
    }

    @Test
    void thereIsALargestDebtAndALongestTimeThatALookPaysFor() {
        pace.owe(Long.MAX_VALUE / TuningPace.ALONE);
        pace.owe(MILLISECOND);
        assertEquals(TuningPace.MOST_NANOS / MILLISECOND * TuningPace.ALONE, untilPaid(false));
        pace.owe(MILLISECOND);
        now += 1_000 * MILLISECOND;
        assertFalse(pace.isPaid(false), "nobody has looked what requests came in that second");
    }
}
