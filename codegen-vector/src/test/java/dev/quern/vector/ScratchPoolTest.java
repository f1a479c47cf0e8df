package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ScratchPoolTest {
    @Test
    void whatIsGivenBackIsTakenAgainWhereItIsLongEnough() {
        float[] large = ScratchPool.take(1_234_567);
        assertEquals(1_234_567, large.length);
        assertNotSame(large, ScratchPool.take(1_234_567), "taken twice");
        ScratchPool.give(large);
        assertTrue(ScratchPool.take(1_234_568).length > large.length);
        assertNotSame(large, ScratchPool.take(1_000), "far too long for it");
        assertSame(large, ScratchPool.take(1_234_500));
    }

    @Test
    void noMoreAreKeptThanTwoForAProcessor() {
        int most = 2 * Runtime.getRuntime().availableProcessors();
        Set<float[]> made = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < most + 5; i++) {
            made.add(new float[1_000_003 + i]);
        }
        made.forEach(ScratchPool::give);
        int again = 0;
        for (int i = 0; i < most + 5; i++) {
            again += made.contains(ScratchPool.take(1_000_003)) ? 1 : 0;
        }
        assertTrue(again <= most, again + " of at most " + most);
        assertTrue(again > 0, "none was kept");
    }

    @Test
    void noTwoThreadsHaveOne() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int thread = 1; thread <= 4; thread++) {
                float mark = thread;
                tasks.add(() -> {
                    int spoilt = 0;
                    for (int i = 0; i < 20_000; i++) {
                        float[] array = ScratchPool.take(100 + i % 7);
                        array[0] = mark;
                        array[array.length - 1] = mark;
                        Thread.onSpinWait();
                        spoilt += array[0] != mark || array[array.length - 1] != mark ? 1 : 0;
                        ScratchPool.give(array);
                    }
                    return spoilt;
                });
            }
            for (Future<Integer> spoilt : threads.invokeAll(tasks)) {
                assertEquals(0, spoilt.get());
            }
        }
    }
}
