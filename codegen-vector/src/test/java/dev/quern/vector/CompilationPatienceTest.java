package dev.quern.vector;

import static dev.quern.vector.CompilationPatience.BUDGET_NANOS;
import static dev.quern.vector.CompilationPatience.LONG_NANOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompilationPatienceTest {
    private final CompilationPatience patience = new CompilationPatience();

    /** Counts the parts that it is asked for. */
    private static final class CountedParts extends GeneratedKernel {
        int parts;

        @Override
        void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {
            parts++;
        }

        @Override
        long parallelExtent(long[] symbols) {
            return 1;
        }

        @Override
        void rehearse(int times) {}
    }

    @Test
    void aPartWaitsAsLongAsTheOneBeforeTookTwice() {
        assertEquals(0, patience.take(0), "nobody knows how long the first will take");
        assertEquals(0, patience.take(LONG_NANOS - 1), "a short part is not waited for");
        assertEquals(2 * LONG_NANOS, patience.take(LONG_NANOS));
        assertEquals(6 * LONG_NANOS, patience.take(3 * LONG_NANOS));
    }

    @Test
    void allPartsTogetherWaitNoLongerThanTheBudget() {
        assertEquals(BUDGET_NANOS, patience.take(Long.MAX_VALUE));
        assertEquals(0, patience.take(Long.MAX_VALUE));
        patience.giveBack(5);
        assertEquals(5, patience.take(LONG_NANOS));
        assertEquals(0, patience.take(LONG_NANOS));
        patience.giveBack(-7);
        assertEquals(0, patience.take(LONG_NANOS), "a wait that took too long leaves no debt");
        patience.giveBack(Long.MAX_VALUE / 2);
        assertEquals(BUDGET_NANOS, patience.take(BUDGET_NANOS), "no more comes back than there was");
    }

    @Test
    void threadsShareTheBudget() throws InterruptedException, ExecutionException {
        long wanted = BUDGET_NANOS / 10;
        Callable<Long> taking = () -> patience.take(wanted);
        long taken = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Long>> all = Stream.generate(() -> taking).limit(40).toList();
            for (Future<Long> each : threads.invokeAll(all)) {
                taken += each.get();
            }
        }
        assertEquals(BUDGET_NANOS, taken);
    }

    @Test
    void aKernelThatIsBeingCompiledRunsAllTheSame() {
        CountedParts kernel = new CountedParts();
        kernel.compiling(true);
        Thread.currentThread().interrupt();
        kernel.runPart(new Object[0], new long[0], new long[0], 0, 1);
        assertTrue(Thread.interrupted(), "the interrupt is left to whoever looks at it");
        kernel.settle();
        kernel.runPart(new Object[0], new long[0], new long[0], 0, 1);
        assertEquals(2, kernel.parts);
    }
}
