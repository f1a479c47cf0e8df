package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeasedValuesTest {
    private final List<String> discarded = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger made = new AtomicInteger();

    private String make(String value) {
        made.incrementAndGet();
        return value;
    }

    private LeasedValues.Lease<String> lease(LeasedValues<Integer, String> values, int key) {
        return values.lease(key, () -> make("v" + key), () -> {});
    }

    @Test
    void theLeastRecentlyUsedGoFirstAndOnlyWhenNobodyLeasesThem() {
        try (LeasedValues<Integer, String> values = new LeasedValues<>(2, discarded::add)) {
            LeasedValues.Lease<String> kept = lease(values, 0);
            for (int key = 1; key <= 3; key++) {
                lease(values, key).close();
            }
            assertEquals(List.of("v1"), discarded);
            lease(values, 2).close();
            lease(values, 4).close();
            assertEquals(List.of("v1", "v3"), discarded);
            assertEquals(5, made.get());
            assertEquals(Map.of(0, "v0", 2, "v2", 4, "v4"), values.values());
            kept.close();
            kept.close();
            assertEquals(List.of("v1", "v3", "v2"), discarded);
        }
        assertEquals(List.of("v1", "v3", "v2", "v4", "v0"), discarded);
    }

    @Test
    void aLeaseOutlivesClosing() {
        LeasedValues<Integer, String> values = new LeasedValues<>(2, discarded::add);
        LeasedValues.Lease<String> first = lease(values, 1);
        LeasedValues.Lease<String> second = lease(values, 1);
        values.close();
        first.close();
        assertEquals(List.of(), discarded);
        assertSame(first.value(), second.value());
        second.close();
        assertEquals(List.of("v1"), discarded);
    }

    @Test
    void oneThreadMakesAValueAndOthersWaitForItAlone() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (LeasedValues<Integer, String> values = new LeasedValues<>(4, discarded::add);
                ExecutorService executor = Executors.newFixedThreadPool(4)) {
            Future<String> slow = executor.submit(() -> values.lease(
                            1,
                            () -> {
                                making.countDown();
                                await(go);
                                return make("slow");
                            },
                            () -> {})
                    .value());
            making.await();
            CountDownLatch waiting = new CountDownLatch(2);
            List<Future<String>> waiters = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiters.add(executor.submit(() ->
                        values.lease(1, () -> make("other"), waiting::countDown).value()));
            }
            waiting.await();
            assertEquals("v2", lease(values, 2).value());
            go.countDown();
            for (Future<String> waiter : waiters) {
                assertSame(slow.get(), waiter.get());
            }
            assertEquals(2, made.get());
        } finally {
            go.countDown();
        }
    }

    @Test
    void whoWaitsForOneThatFailsMakesItHimself() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (LeasedValues<Integer, String> values = new LeasedValues<>(4, discarded::add);
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Future<?> failing = executor.submit(() -> values.lease(
                    1,
                    () -> {
                        making.countDown();
                        await(go);
                        throw new IllegalArgumentException("no");
                    },
                    () -> {}));
            making.await();
            Future<String> waiter = executor.submit(
                    () -> values.lease(1, () -> make("mine"), go::countDown).value());
            assertEquals("mine", waiter.get());
            assertTrue(
                    assertThrows(java.util.concurrent.ExecutionException.class, failing::get)
                                    .getCause()
                            instanceof IllegalArgumentException);
        } finally {
            go.countDown();
        }
    }

    @Test
    void aCheckEndsTheWait() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (LeasedValues<Integer, String> values = new LeasedValues<>(4, discarded::add);
                ExecutorService executor = Executors.newFixedThreadPool(1)) {
            Future<?> slow = executor.submit(() -> values.lease(
                    1,
                    () -> {
                        making.countDown();
                        await(go);
                        return "slow";
                    },
                    () -> {}));
            making.await();
            assertThrows(
                    IllegalStateException.class,
                    () -> values.lease(1, () -> "mine", () -> {
                        throw new IllegalStateException("over");
                    }));
            go.countDown();
            slow.get();
        } finally {
            go.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
