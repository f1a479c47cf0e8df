package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KernelRehearsalTest {
    /** Counts its rehearsals, and fails after each. */
    private static final class Failing extends GeneratedKernel {
        final CountDownLatch rehearsed = new CountDownLatch(1);
        int calls;

        @Override
        void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {}

        @Override
        long parallelExtent(long[] symbols) {
            return 1;
        }

        @Override
        void rehearse(int times) {
            calls += times;
            rehearsed.countDown();
            throw new IllegalStateException("planted");
        }
    }

    @Test
    void callsLieBetweenTheThresholdsOfTheJvmForEachLengthOfItsQueue() throws Exception {
        double least = Integer.parseInt(KernelCompilation.option("Tier4MinInvocationThreshold"));
        double most = Integer.parseInt(KernelCompilation.option("Tier4InvocationThreshold"));
        double feedback = Integer.parseInt(KernelCompilation.option("Tier4LoadFeedback"));
        for (int compilers = 1; compilers <= 8; compilers++) {
            for (int queued = 0; queued < 250; queued++) {
                double scale = queued / (feedback * compilers) + 1;
                int calls = KernelRehearsal.wanted(queued, compilers);
                assertTrue(calls > least * scale, calls + " calls, " + queued + " queued, " + compilers);
                assertTrue(calls < most * scale, calls + " calls, " + queued + " queued, " + compilers);
            }
        }
    }

    @Test
    void methodsThatWaitForTheSecondCompilerAreCounted() {
        String queues = """
                Current compiles:
                C2 CompilerThread0  1729       4       a.B::c (103 bytes)

                C1 compile queue:
                1346       3       a.B::d (78 bytes)

                C2 compile queue:
                1346       4       a.B::e (78 bytes)
                1347 %     4       a.B::f @ 5 (65 bytes)

                """;
        assertEquals(2, KernelRehearsal.queued(queues));
        assertEquals(0, KernelRehearsal.queued("C2 compile queue:\nEmpty\n"));
        assertEquals(0, KernelRehearsal.queued(""));
    }

    @Test
    void theJvmSaysWhatWaits() throws Exception {
        assertTrue(KernelCompilation.command("compilerQueue").contains("C2 compile queue:"));
    }

    @Test
    void aKernelThatFailsDoesNotKeepOthersFromTheirRehearsal() throws InterruptedException {
        KernelCompilation.prepare();
        Failing first = new Failing();
        Failing second = new Failing();
        KernelRehearsal.defined(first);
        KernelRehearsal.defined(second);
        assertTrue(first.rehearsed.await(60, TimeUnit.SECONDS));
        assertTrue(second.rehearsed.await(60, TimeUnit.SECONDS));
        assertTrue(second.calls >= 600, () -> second.calls + " calls");
    }
}
