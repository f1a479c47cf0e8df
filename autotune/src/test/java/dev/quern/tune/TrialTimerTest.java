package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.MachineCode;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is timed is the code that a kernel will have, by a clock that is made up. */
class TrialTimerTest {
    private static final Set<String> TILE = Set.of("tile");
    private static final Set<String> TILE_AND_TAIL = Set.of("tile", "tail");

    private final AtomicLong clock = new AtomicLong();
    private final TrialTimer timer =
            new TrialTimer(Duration.ofSeconds(3), Duration.ofMillis(60), IdleMachine.ALWAYS, clock::get);

    /** Compiled when it was run a number of times, however long that takes. */
    private final class LateKernel implements RepeatedKernel {
        private final Set<String> methodsBefore;
        private final long millisBefore;
        private final int compiledAfter;
        private int runs;

        LateKernel(Set<String> methodsBefore, long millisBefore, int compiledAfter) {
            this.methodsBefore = methodsBefore;
            this.millisBefore = millisBefore;
            this.compiledAfter = compiledAfter;
        }

        @Override
        public void run() {
            clock.addAndGet(1_000_000 * (runs++ < compiledAfter ? millisBefore : 1));
        }

        @Override
        public MachineCode code() {
            return runs < compiledAfter
                    ? new MachineCode(methodsBefore, false)
                    : new MachineCode(compiledAfter == 0 ? methodsBefore : TILE_AND_TAIL, false);
        }

        @Override
        public void close() {}
    }

    private OptionalDouble time(Set<String> methodsBefore, long millisBefore, int compiledAfter) {
        clock.set(0);
        return timer.time(new LateKernel(methodsBefore, millisBefore, compiledAfter), () -> false);
    }

    @Test
    void slowRunsDoNotCountAsQuiet() {
        assertEquals(OptionalDouble.of(1e6), time(Set.of(), 100, 8), "nothing was compiled for 800 ms");
        assertEquals(OptionalDouble.of(1e6), time(Set.of(), 50, 50), "nor for 2.5 s");
        assertEquals(OptionalDouble.of(1e6), time(TILE, 20, 12), "a tail was not for 240 ms");
    }

    @Test
    void whatIsNeverCompiledIsNotReadyUnlessItRunsOften() {
        assertEquals(OptionalDouble.empty(), time(Set.of(), 100, 1000));
        assertEquals(OptionalDouble.of(1e6), time(Set.of(), 1, 0), "the process may say nothing");
    }

    @Test
    void longRunsAreWaitedForAWhileAlone() {
        assertEquals(OptionalDouble.of(150e6), time(TILE, 150, 100), "its tail is not run often enough");
    }

    /** A machine of which others have the second half of each three milliseconds. */
    private final class SharedMachine implements IdleMachine {
        private static final long PERIOD = 3_000_000;
        private long waited;

        @Override
        public long await() {
            long now = clock.get();
            if (now % PERIOD >= PERIOD / 2) {
                clock.set((now / PERIOD + 1) * PERIOD);
                waited += clock.get() - now;
            }
            return clock.get() / PERIOD;
        }

        @Override
        public boolean isStill(long mark) {
            return clock.get() / PERIOD == mark && !isBusy();
        }

        @Override
        public boolean isBusy() {
            return clock.get() % PERIOD >= PERIOD / 2;
        }
    }

    @Test
    void whatOthersComeBetweenIsTimedAgain() {
        SharedMachine shared = new SharedMachine();
        TrialTimer between = new TrialTimer(Duration.ofSeconds(3), Duration.ofMillis(60), shared, clock::get);
        RepeatedKernel kernel = new RepeatedKernel() {
            @Override
            public void run() {
                // Beside others it takes ten times as long.
                clock.addAndGet(shared.isBusy() ? 2_000_000 : 200_000);
            }

            @Override
            public MachineCode code() {
                return new MachineCode(TILE, false);
            }

            @Override
            public void close() {}
        };
        assertEquals(OptionalDouble.of(200_000), between.time(kernel, () -> false));
        assertTrue(shared.waited > 0);
        clock.set(0);
        int[] asked = {0};
        assertEquals(
                OptionalDouble.empty(),
                between.again(kernel, () -> ++asked[0] > 2),
                "it is ended before there are enough");
    }
}
