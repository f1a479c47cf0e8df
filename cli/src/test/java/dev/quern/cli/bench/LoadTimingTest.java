package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.cli.bench.worker.Reply;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LoadTimingTest {
    private static final long MILLISECOND = 1_000_000;

    /** Runs of these milliseconds, one right after the other, the first 100 ms after loading began. */
    private static LoadTiming timing(int... milliseconds) {
        long[] nanoseconds =
                Arrays.stream(milliseconds).mapToLong(run -> run * MILLISECOND).toArray();
        long[] starts = new long[nanoseconds.length];
        starts[0] = 100 * MILLISECOND;
        for (int run = 1; run < starts.length; run++) {
            starts[run] = starts[run - 1] + nanoseconds[run - 1];
        }
        return LoadTiming.of(
                "Quern",
                new Reply.Loaded(90 * MILLISECOND),
                new Reply.TimedRuns(starts, nanoseconds),
                new Reply.Resident(5));
    }

    @Test
    void theFirstAnswerIncludesLoading() {
        LoadTiming timing = timing(50, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1);
        assertEquals(90, timing.load());
        assertEquals(150, timing.firstAnswer());
        assertArrayEquals(new double[] {50, 9, 8, 7, 6, 5, 4, 3, 2, 1}, timing.first());
        assertEquals(5, timing.residentBytes());
    }

    @Test
    void steadyIsTheLastThirdAndReachedWhereFiveRunsShowIt() {
        LoadTiming timing = timing(50, 40, 30, 20, 10, 20, 10, 10, 11, 30, 10, 10, 10, 10, 9);
        assertEquals(10, timing.steady());
        // From the run of 20 at index 3 on the median of five is 10; it ends 100 + 50 + 40 + 30 + 20 ms after the
        // start.
        assertEquals(240, timing.toSteady());
    }

    @Test
    void aModelThatIsSteadyAtOnceIsSo() {
        assertEquals(110, timing(10, 10, 10, 10, 10, 10, 10, 10, 10, 10).toSteady());
    }
}
