package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResidentPoolTest {
    private static int[] visits(ResidentPool pool, int extent, long grain, int participants) {
        int[] visits = new int[extent];
        pool.run(
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        visits[(int) i]++;
                    }
                },
                extent,
                grain,
                participants);
        return visits;
    }

    @Test
    void everyIterationIsDoneOnce() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ResidentPool pool = new ResidentPool(3);
        for (int round = 0; round < 20_000; round++) {
            int extent = random.nextInt(40);
            int[] visits = visits(pool, extent, 1 + random.nextInt(5), 1 + random.nextInt(6));
            assertTrue(Arrays.stream(visits).allMatch(count -> count == 1), "seed " + seed + ", round " + round);
        }
    }

    @Test
    void jobsAfterAPauseFindParkedWorkers() {
        ResidentPool pool = new ResidentPool(2);
        for (int round = 0; round < 200; round++) {
            LockSupport.parkNanos(200_000);
            int[] expected = new int[64];
            Arrays.fill(expected, 1);
            assertArrayEquals(expected, visits(pool, 64, 4, 3));
        }
    }

    @Test
    void workersHelp() throws InterruptedException {
        ResidentPool pool = new ResidentPool(1);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch both = new CountDownLatch(2);
        pool.run(
                (from, to) -> {
                    threads.add(Thread.currentThread());
                    both.countDown();
                    try {
                        assertTrue(both.await(30, TimeUnit.SECONDS), "nobody helps");
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                },
                2,
                1,
                2);
        assertEquals(2, threads.size());
    }

    @Test
    void manyThreadsShareOnePool() throws Exception {
        ResidentPool pool = new ResidentPool(3);
        int callers = 8;
        try (ExecutorService executor = Executors.newFixedThreadPool(callers)) {
            List<Future<Boolean>> futures = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                futures.add(executor.submit(() -> {
                    boolean right = true;
                    for (int round = 0; round < 3_000; round++) {
                        right &= Arrays.stream(visits(pool, 17, 2, 4)).allMatch(count -> count == 1);
                    }
                    return right;
                }));
            }
            for (Future<Boolean> future : futures) {
                assertTrue(future.get());
            }
        }
    }

    @Test
    void whatATaskThrowsReachesTheCallerAndThePoolLives() {
        ResidentPool pool = new ResidentPool(2);
        for (int failing = 0; failing < 64; failing++) {
            int bad = failing;
            IllegalArgumentException thrown = new IllegalArgumentException("iteration " + bad);
            IllegalArgumentException caught = assertThrows(
                    IllegalArgumentException.class,
                    () -> pool.run(
                            (from, to) -> {
                                if (from <= bad && bad < to) {
                                    throw thrown;
                                }
                            },
                            64,
                            3,
                            3));
            assertSame(thrown, caught);
            assertEquals(64, Arrays.stream(visits(pool, 64, 3, 3)).sum());
        }
    }

    @Test
    void aPoolOfNobodyRunsOnTheCaller() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        new ResidentPool(0).run((from, to) -> threads.add(Thread.currentThread()), 100, 1, 8);
        assertEquals(Set.of(Thread.currentThread()), threads);
    }
}
