package dev.quern.runtime;

import dev.quern.ir.backend.GiveBack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Values made once for each key and shared by whoever leases them. A value is made on the thread that asks for it first, outside
 * any lock; others who ask for it wait, whoever asks for another does not. Of values that nobody leases the last few used are kept; the rest,
 * and all once this is closed, are discarded, each when its last lease ends.
 *
 * @param <V> what is made
 */
final class LeasedValues<K, V> implements AutoCloseable {
    private static final long MILLISECONDS_BETWEEN_CHECKS = 20;

    /** The right to use a value until it is closed. */
    interface Lease<V> extends AutoCloseable {
        /** The value. */
        V value();

        /** Ends the lease; further calls do nothing. */
        @Override
        void close();
    }

    private static final class LeasedValue<V> {
        private V value;
        private int leases = 1;
    }

    private final int most;
    private final Consumer<? super V> discard;
    private final Map<K, LeasedValue<V>> entries = new HashMap<>();

    /** Keys of entries without a lease, the least recently used first. */
    private final LinkedHashMap<K, LeasedValue<V>> idle = new LinkedHashMap<>();

    private boolean closed;

    /**
     * Empty.
     *
     * @param most values kept that nobody leases
     * @param discard frees what a value holds
     */
    LeasedValues(int most, Consumer<? super V> discard) {
        this.most = most;
        this.discard = discard;
    }

    /**
     * Leases the value of {@code key}.
     *
     * @param make makes it if it is not there; what it throws is thrown here alone, and who waits makes it himself
     * @param check called now and then while another thread makes it; what it throws ends the wait
     */
    Lease<V> lease(K key, Supplier<V> make, Runnable check) {
        LeasedValue<V> entry;
        synchronized (this) {
            entry = made(key, check);
            if (entry != null) {
                entry.leases++;
                idle.remove(key);
                return new HeldLease(key, entry);
            }
            entry = new LeasedValue<>();
            entries.put(key, entry);
        }
        return make(key, entry, make);
    }

    /** What is there for {@code key} once nobody makes it; null if nothing is. */
    private LeasedValue<V> made(K key, Runnable check) {
        boolean interrupted = false;
        try {
            while (true) {
                LeasedValue<V> entry = entries.get(key);
                if (entry == null || entry.value != null) {
                    return entry;
                }
                try {
                    wait(MILLISECONDS_BETWEEN_CHECKS);
                } catch (InterruptedException asked) {
                    interrupted = true;
                    Thread.currentThread().interrupt();
                }
                check.run();
                // The check has seen it; the next wait would end at once.
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Lease<V> make(K key, LeasedValue<V> entry, Supplier<V> make) {
        V value = null;
        try {
            value = make.get();
        } finally {
            synchronized (this) {
                entry.value = value;
                if (value == null) {
                    entries.remove(key);
                }
                notifyAll();
            }
        }
        return new HeldLease(key, entry);
    }

    private final class HeldLease implements Lease<V> {
        private final K key;
        private final LeasedValue<V> entry;
        private boolean ended;

        private HeldLease(K key, LeasedValue<V> entry) {
            this.key = key;
            this.entry = entry;
        }

        @Override
        public V value() {
            return entry.value;
        }

        @Override
        public void close() {
            V surplus = null;
            synchronized (LeasedValues.this) {
                if (ended) {
                    return;
                }
                ended = true;
                entry.leases--;
                if (entry.leases == 0) {
                    idle.put(key, entry);
                    surplus = idle.size() > (closed ? 0 : most) ? forgetEldest() : null;
                }
            }
            if (surplus != null) {
                discard.accept(surplus);
            }
        }
    }

    private V forgetEldest() {
        Map.Entry<K, LeasedValue<V>> eldest = idle.firstEntry();
        idle.remove(eldest.getKey());
        entries.remove(eldest.getKey());
        return eldest.getValue().value;
    }

    /** What {@code lease} leases for each of {@code [0, count)}, on at most {@code threads} threads; all or none. */
    static <V> List<Lease<V>> all(int count, IntFunction<Lease<V>> lease, ResidentPool pool, int threads) {
        AtomicReferenceArray<Lease<V>> leases = new AtomicReferenceArray<>(count);
        try {
            RangeTask some = (from, to) -> {
                for (int i = (int) from; i < to; i++) {
                    leases.set(i, lease.apply(i));
                }
            };
            if (count > 0) {
                pool.run(some, count, 1, threads);
            }
        } catch (RuntimeException | Error failure) {
            GiveBack.after(
                    failure,
                    IntStream.range(0, count)
                            .mapToObj(leases::get)
                            .filter(Objects::nonNull)
                            .<Runnable>map(held -> held::close)
                            .toArray(Runnable[]::new));
            throw failure;
        }
        return IntStream.range(0, count).mapToObj(leases::get).toList();
    }

    /** Values that are there, leased or not. */
    synchronized Map<K, V> values() {
        Map<K, V> values = new HashMap<>();
        entries.forEach((key, entry) -> {
            if (entry.value != null) {
                values.put(key, entry.value);
            }
        });
        return values;
    }

    /** Discards what nobody leases now, and from now on each value whose last lease ends. */
    @Override
    public void close() {
        List<Runnable> discards = new ArrayList<>();
        synchronized (this) {
            closed = true;
            while (!idle.isEmpty()) {
                V surplus = forgetEldest();
                discards.add(() -> discard.accept(surplus));
            }
        }
        GiveBack.all(discards);
    }
}
